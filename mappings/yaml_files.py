"""YAML as configuration files need it: only texts, whole numbers, true, false and null; no aliases, bounded."""

import re
from typing import Any, Final

import yaml

from mappings.errors import RowError
from mappings.json_shapes import refused

MAX_BYTES: Final = 10_000_000
_PLAIN: Final = (  # tag, what it looks like, and its first characters; all else is text
    ("null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]),
    ("bool", re.compile(r"^(?:true|false)$"), ["t", "f"]),
    ("int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789")),
)


class _Loader(yaml.SafeLoader):
    """Reads dates, fractions, `yes` and `no` as the texts that they are, and refuses aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise refused("the file uses aliases (*name), which are not allowed")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, _first)


class _Dumper(yaml.SafeDumper):
    """Writes everything in its place, never as a reference to another."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump(document: object) -> str:
    """Write a document, in the order of its fields; texts that could be read as something else are quoted."""
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def load(text: str) -> object:
    """Read a document. Raises RowError, with line and column, for what is no YAML or too much of it."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise refused(f"the file has more than {MAX_BYTES // 1_000_000} MB")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader, made stricter)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise RowError(f"{where}{fault.problem or 'it is no YAML'}", code="bad_file") from None
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise RowError(f"it cannot be read as YAML: {str(fault)[:200]}", code="bad_file") from None
