"""Counts what a sync did from outside: it imports nothing of the product and reads only the sandbox's control API over HTTP."""

from portal.checker.control import Control
from portal.checker.pairs import check_pair
from portal.checker.verdict import FlowCount, Verdict

__all__ = ["Control", "FlowCount", "Verdict", "check_pair"]
