"""Counts what a sync did from outside: imports nothing of the product, reads only the sandbox control API over HTTP."""

from portal.checker.control import Control
from portal.checker.pairs import check_pair
from portal.checker.verdict import FlowCount, Verdict

__all__ = ["Control", "FlowCount", "Verdict", "check_pair"]
