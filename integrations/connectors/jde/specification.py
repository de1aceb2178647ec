"""Writes the specification page of each orchestration from its definition: `python -m ...jde.specification`."""

from pathlib import Path

from integrations.connectors.jde.orchestrations import ORCHESTRATIONS, Group, Input, Orchestration

FOLDER = Path(__file__).parent / "specifications"
_TYPES = {
    "text": "text",
    "amount": "decimal text, `.` as separator",
    "date": "date, `yyyy-MM-dd`",
    "integer": "whole number as text",
    "reference": "text",
    "enum": "text",
    "bool": "true or false",
}


def page(one: Orchestration) -> str:
    """Write the page of one orchestration."""
    parts = [
        f"# {one.name}: {one.title.lower()}",
        one.purpose,
        f"- **Input format**: Generic\n- **Shared**: yes; view security for the portal's user\n- **On error**: Abort "
        f"at every step, never Continue\n- **Program inside**: {one.program}\n- **Our reference is stored in**: "
        f"{one.stores or 'nothing, it only reads'}",
        "## Inputs",
        _inputs(one.all_inputs),
        *(part for group in one.groups for part in _group(group)),
        "## Outputs",
        "| name | meaning |\n|---|---|\n" + "\n".join(f"| `{out.name}` | {out.meaning} |" for out in one.all_outputs),
    ]
    if one.rules:
        parts += ["## Rules", "\n".join(f"- {rule}" for rule in one.rules)]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Give the text of every page by its file."""
    return {FOLDER / f"{one.name}.md": page(one) for one in ORCHESTRATIONS}


def _group(group: Group) -> tuple[str, str, str]:
    kind = "an object" if group.is_single else "an array"
    need = "required" if group.is_required else "optional"
    return f"### `{group.name}`: {kind}, {need}", group.meaning, _inputs(group.inputs)


def _inputs(inputs: tuple[Input, ...]) -> str:
    rows = [
        f"| `{one.name}` | {_TYPES[one.type]} | {one.length or ''} | {_need(one)} | {_meaning(one)} |" for one in inputs
    ]
    return "| name | type | length | required | meaning |\n|---|---|---|---|---|\n" + "\n".join(rows)


def _need(one: Input) -> str:
    return "yes" if one.is_required and not one.default else "no"


def _meaning(one: Input) -> str:
    default = f" We send {one.default} unless mapped." if one.default and one.is_mapped else ""
    return f"{one.meaning or one.label + '.'}{default}"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
