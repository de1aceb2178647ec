"""Forms for one row and one filter of a mapping: what is typed becomes what mappings store, checked at once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from mappings.errors import FormulaError, RowError
from mappings.formula import compile_formula
from mappings.json_shapes import value_from_json
from mappings.models import ValueMap
from mappings.rows import Level
from mappings.rows_json import row_from_json
from mappings.scope import is_line_path
from mappings.transforms import TRANSFORMS
from mappings.value_maps import MAX_KEY_COLUMNS, LookupTable, ready
from mappings.value_maps import ValueMap as Content
from mappings.values import Value, to_text

KINDS = (
    ("source", "A source field: the value as it stands in the record."),
    ("constant", "Always the same: a value that you type here."),
    ("value_map", "A value map: looked up in a table, such as item to account."),
    ("formula", "A formula: worked out as in a spreadsheet."),
)
VALUE_KINDS = (
    ("text", "Text"),
    ("amount", "Number"),
    ("integer", "Whole number"),
    ("date", "Date"),
    ("bool", "TRUE or FALSE"),
    ("time", "Time stamp"),
)
WRITES = (
    ("on_change", "On every change: the field follows the source."),
    ("on_create", "On creation only: what is edited there later is never overwritten."),
)
LEVELS = (("header", "The document"), ("line", "Each of its lines"))
QUIET = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
TRANSFORMS_SHOWN = 3


def typed_value(text: str, kind: str) -> Any:
    """Give a typed text as mappings store a value of that kind. Raises ValueError with what to write instead."""
    if text == "":
        return None
    try:
        payload = _payload(text, kind)
        value_from_json(payload)
    except (ValueError, InvalidOperation, RowError):
        samples = {"amount": "12.50", "integer": "30", "date": "2026-01-31", "bool": "TRUE or FALSE"}
        raise ValueError(f"Write it like {samples.get(kind, '2026-01-31T12:00:00+00:00')}.") from None
    return payload


def _payload(text: str, kind: str) -> Any:
    if kind == "text":
        return text
    if kind == "integer":
        return int(text)
    if kind == "amount":
        return {"amount": str(Decimal(text.replace(",", "")))}
    if kind == "bool":
        return {"TRUE": True, "FALSE": False}[text.upper()] if text.upper() in ("TRUE", "FALSE") else int("")
    return {kind: text.strip()}


def kind_of_stored(payload: object) -> str:
    """Name the kind of a stored value."""
    if isinstance(payload, bool):
        return "bool"
    if isinstance(payload, int):
        return "integer"
    return str(next(iter(payload))) if isinstance(payload, dict) and payload else "text"


def text_of_stored(payload: object) -> str:
    """Write a stored value for an input."""
    value: Value = value_from_json(payload)
    return to_text(value)


def tables_of(maps: Sequence[ValueMap]) -> dict[str, LookupTable]:
    """Give value maps without their entries, as a formula's check needs them."""
    return {
        each.name: ready(Content(name=each.name, label=each.label, gives=each.gives, key_labels=tuple(each.key_labels)))
        for each in maps
    }


def formula_fault(text: str, level: Level, maps: Sequence[ValueMap]) -> FormulaError | None:
    """Tell what is wrong with a formula before any record; None where nothing is."""
    try:
        compile_formula(text, level=level, maps=tables_of(maps))
    except FormulaError as fault:
        return fault
    return None


def _said(fault: FormulaError) -> str:
    reason = fault.reason[:1].upper() + fault.reason[1:]
    place = f"Column {fault.position}: " if fault.position else ""
    return f"{place}{reason}. {fault.advice}".strip()


class RowForm(forms.Form):
    """One row: the field it fills, from what, and when."""

    target = forms.CharField(label="Field to fill", max_length=200, widget=forms.TextInput(attrs=QUIET))
    level = forms.ChoiceField(label="Stands on", choices=LEVELS, initial="header")
    kind = forms.ChoiceField(label="Filled from", choices=KINDS, initial="source", widget=forms.RadioSelect)
    path = forms.CharField(label="Source field", max_length=200, required=False, widget=forms.TextInput(attrs=QUIET))
    value = forms.CharField(label="Value", max_length=8_000, required=False, strip=False)
    value_kind = forms.ChoiceField(label="It is a", choices=VALUE_KINDS, initial="text")
    map = forms.ChoiceField(label="Value map", required=False)
    formula = forms.CharField(
        label="Formula", max_length=8_000, required=False, widget=forms.Textarea(attrs={**QUIET, "rows": 3})
    )
    default = forms.CharField(
        label="If that gives nothing, use", max_length=8_000, required=False, help_text="Also for what a map lacks."
    )
    default_kind = forms.ChoiceField(label="It is a", choices=VALUE_KINDS, initial="text")
    required = forms.BooleanField(
        label="Required", required=False, help_text="A record for which it stays empty is held up with the reason."
    )
    writes = forms.ChoiceField(label="Written", choices=WRITES, initial="on_change", widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, maps: Sequence[ValueMap], row: Mapping[str, Any], others: Sequence[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = initial_of(row) if "kind" in row else {}
        self.maps, self.row_id, self.others = list(maps), row["id"], others
        self.steps = max(TRANSFORMS_SHOWN, len(row.get("transforms", ())))
        named = [(each.name, f"{each.label}: by {' and '.join(each.key_labels)}") for each in self.maps]
        self.fields["map"].choices = [("", "Choose one"), *named]  # type: ignore[attr-defined]  # it is a choice field
        for position in range(self.key_columns):
            label = f"Looked up by, {'first' if not position else f'{position + 1}.'} column"
            self.fields[f"key_{position}"] = forms.CharField(
                label=label, max_length=200, required=False, widget=forms.TextInput(attrs={**QUIET, "list": "sources"})
            )
        self._add_changes()
        self.fields["target"].widget.attrs["list"] = "targets"
        self.fields["path"].widget.attrs["list"] = "sources"

    def _add_changes(self) -> None:
        transforms = [("", "Nothing"), *((each.name, each.label) for each in TRANSFORMS.values())]
        for position in range(self.steps):
            label = "Then change it" if not position else "And then"
            self.fields[f"change_{position}"] = forms.ChoiceField(label=label, choices=transforms, required=False)
            self.fields[f"change_{position}_by"] = forms.CharField(
                label="Number or text", max_length=100, required=False, strip=False
            )

    @property
    def key_columns(self) -> int:
        """Give how many key columns the widest map has."""
        return min(MAX_KEY_COLUMNS, max((len(each.key_labels) for each in self.maps), default=1))

    def keys(self) -> list[forms.BoundField]:
        """Give the fields of the keys."""
        return [self[f"key_{position}"] for position in range(self.key_columns)]

    def changes(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the fields of the changes, each with its argument."""
        return [(self[f"change_{each}"], self[f"change_{each}_by"]) for each in range(self.steps)]

    def clean(self) -> dict[str, Any]:
        """Judge what the row's kind asks for, and build the row."""
        given = super().clean() or {}
        self.payload: dict[str, Any] = {"id": self.row_id, "target": given.get("target", ""), "kind": given.get("kind")}
        level = given.get("level", "header")
        checks = {
            "source": self._path,
            "constant": self._constant,
            "value_map": self._value_map,
            "formula": self._formula,
        }
        if check := checks.get(given.get("kind", "")):
            check(given, level)
        self._rest(given, level)
        if not self.errors:
            try:
                row_from_json(self.payload)
            except RowError as fault:
                self.add_error(None, f"{fault.reason[:1].upper()}{fault.reason[1:]}. Correct it.")
        return given

    def _path(self, given: Mapping[str, Any], level: str) -> None:
        path = given.get("path", "")
        if not path:
            self.add_error("path", "Choose the field to read.")
        elif level == "header" and is_line_path(path):
            self.add_error(
                "path", "A row of the document cannot read one line. Use a formula such as SUM(line.amount)."
            )
        self.payload["path"] = path

    def _constant(self, given: Mapping[str, Any], level: str) -> None:
        self.payload["value"] = self._typed(given, "value")

    def _typed(self, given: Mapping[str, Any], name: str) -> Any:
        try:
            return typed_value(given.get(name, ""), given.get(f"{name}_kind", "text"))
        except ValueError as fault:
            self.add_error(name, str(fault))
            return None

    def _value_map(self, given: Mapping[str, Any], level: str) -> None:
        chosen = next((each for each in self.maps if each.name == given.get("map")), None)
        if chosen is None:
            self.add_error("map", "Choose a value map.")
            return
        labels = list(chosen.key_labels)
        keys = [given.get(f"key_{position}", "") for position in range(self.key_columns)]
        for position, key in enumerate(keys):
            if position < len(labels) and not key:
                self.add_error(f"key_{position}", f"Choose the field that holds the {labels[position]}.")
            if position >= len(labels) and key:
                self.add_error(
                    f"key_{position}", f"{chosen.label} has {len(labels)} key columns. Leave this one empty."
                )
            if key and level == "header" and is_line_path(key):
                self.add_error(f"key_{position}", "A row of the document cannot read one line.")
        self.payload |= {"map": chosen.name, "keys": keys[: len(labels)]}

    def _formula(self, given: Mapping[str, Any], level: str) -> None:
        text = str(given.get("formula", "")).replace("\r\n", "\n")
        if not text:
            self.add_error("formula", "Write the formula.")
        elif fault := formula_fault(text, level, self.maps):  # type: ignore[arg-type]  # one of the two by its field
            self.add_error("formula", _said(fault))
        self.payload["formula"] = text

    def _rest(self, given: Mapping[str, Any], level: str) -> None:
        default = self._typed(given, "default")
        transforms = [one for position in range(self.steps) if (one := self._transform(given, position))]
        extras = {
            "level": level,
            "default": default,
            "required": bool(given.get("required")),
            "writes": given.get("writes", "on_change"),
            "transforms": transforms,
        }
        self.payload |= {name: value for name, value in extras.items() if value not in (None, False, [])}
        for other in self.others:
            if (other.get("level", "header"), other.get("target")) == (level, self.payload["target"]):
                self.add_error("target", "Another row fills this field already. Change that row, or remove it.")

    def _transform(self, given: Mapping[str, Any], position: int) -> Any:
        name, by = given.get(f"change_{position}", ""), given.get(f"change_{position}_by", "")
        if not name:
            return None
        named = TRANSFORMS[name]
        if named.argument == "none":
            return name
        if named.argument == "number" and not by.strip().isdigit():
            self.add_error(f"change_{position}_by", f"Give a whole number from {named.bounds[0]} to {named.bounds[1]}.")
            return None
        return {"name": name, "argument": int(by) if named.argument == "number" else by}


def initial_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a stored row as the form shows it."""
    initial = {name: row[name] for name in ("target", "level", "kind", "path", "map", "formula") if name in row}
    for name in ("value", "default"):
        initial |= {name: text_of_stored(row.get(name)), f"{name}_kind": kind_of_stored(row.get(name))}
    initial |= {f"key_{position}": key for position, key in enumerate(row.get("keys", ()))}
    for position, one in enumerate(row.get("transforms", ())):
        named = one if isinstance(one, dict) else {"name": one}
        initial |= {f"change_{position}": named["name"], f"change_{position}_by": named.get("argument")}
    return {**initial, "required": row.get("required", False), "writes": row.get("writes", "on_change")}


class FilterForm(forms.Form):
    """One filter: which records are left out, and why."""

    mode = forms.ChoiceField(
        label="What it does",
        choices=(
            ("skip_if", "Leave out if: records for which the formula is TRUE are not posted."),
            ("only_if", "Only if: records for which the formula is not TRUE are not posted."),
        ),
        initial="skip_if",
        widget=forms.RadioSelect,
    )
    formula = forms.CharField(label="Formula", max_length=8_000, widget=forms.Textarea(attrs={**QUIET, "rows": 3}))
    reason = forms.CharField(
        label="Reason", max_length=200, help_text="Shown with each record that is left out, and kept in the trail."
    )

    def __init__(self, *args: Any, maps: Sequence[ValueMap], row_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.maps, self.row_id = list(maps), row_id

    def clean_formula(self) -> str:
        """Refuse a formula that cannot be read."""
        text = str(self.cleaned_data["formula"]).replace("\r\n", "\n")
        if fault := formula_fault(text, "header", self.maps):
            raise forms.ValidationError(_said(fault))
        return text

    @property
    def payload(self) -> dict[str, Any]:
        """Give the filter as mappings store it."""
        given = self.cleaned_data
        return {"id": self.row_id, "formula": given["formula"], "reason": given["reason"], "mode": given["mode"]}
