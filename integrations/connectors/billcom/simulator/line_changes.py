"""How the lines of a bill or a vendor credit change: PATCH keeps their ids, PUT adds and removes."""

from collections.abc import Sequence

from integrations.connectors.billcom.simulator.answers import Problem, Refused
from integrations.connectors.billcom.simulator.store import present
from integrations.sandbox.app import Json


def patched(old: Sequence[Json], sent: Sequence[Json], name: str) -> list[Json]:
    """Give the lines after a PATCH: sent ones, told by id, are laid over the kept ones."""
    lines = {line["id"]: line for line in old}
    _refuse_strangers(lines, sent, name, needs_id=True)
    for line in sent:
        lines[line["id"]] = merged(line, lines[line["id"]])
    return list(lines.values())


def replaced(old: Sequence[Json], sent: Sequence[Json], name: str) -> list[Json]:
    """Give the lines after a PUT: a line that is not named goes, one without id is new."""
    lines = {line["id"]: line for line in old}
    _refuse_strangers(lines, sent, name, needs_id=False)
    return [merged(line, lines.get(line.get("id", ""))) for line in sent]


def merged(line: Json, old: Json | None) -> Json:
    """Lay the sent fields of a line over the kept ones; a new quantity or price sets the amount anew."""
    if old is None:
        return line
    kept = dict(old)
    if "amount" not in line and ("quantity" in line or "price" in line):
        kept.pop("amount", None)
    if "amount" in line and "quantity" not in line and "price" not in line:
        kept.pop("quantity", None)
        kept.pop("price", None)
    codes = present({**old.get("classifications", {}), **line.get("classifications", {})})
    return present({**kept, **line, "classifications": codes})


def _refuse_strangers(lines: dict[str, Json], sent: Sequence[Json], name: str, *, needs_id: bool) -> None:
    problems = [
        Problem("BDC_1143", f"{name}[{at}].id: no such line", f"{name}[{at}].id")
        for at, line in enumerate(sent)
        if (needs_id or "id" in line) and line.get("id") not in lines
    ]
    named = [line["id"] for line in sent if "id" in line]
    if not problems and len(set(named)) < len(named):
        problems = [Problem("BDC_1143", f"{name}: a line is named twice", name)]
    if problems:
        raise Refused(problems)
