"""Cuts a SuiteQL statement into tokens."""

import re
from typing import NamedTuple

from integrations.connectors.netsuite.simulator.suiteql.complaint import invalid

_TOKENS = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<outer>\(\s*\+\s*\))
    |(?P<string>'(?:[^']|'')*')
    |(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<word>[A-Za-z_][A-Za-z0-9_$]*)
    |(?P<quoted>"[^"]+")
    |(?P<op><=|>=|<>|!=|\|\||[=<>(),.*+\-/?])""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A token; the text of words is upper case, `raw` as written."""

    kind: str
    text: str
    raw: str


END = Token("end", "", "end of statement")


def tokens(statement: str) -> list[Token]:
    """Give the tokens of a statement, END last."""
    found: list[Token] = []
    at = 0
    while at < len(statement):
        match = _TOKENS.match(statement, at)
        if match is None:
            invalid(f"Syntax error: unexpected character '{statement[at]}' at position {at + 1}")
        at = match.end()
        kind, raw = match.lastgroup or "", match.group()
        if kind == "outer":
            invalid("Syntax error: the (+) join is not supported together with other joins; use LEFT JOIN")
        if kind != "space":
            found.append(Token(kind, raw.upper() if kind == "word" else raw, raw))
    found.append(END)
    return found
