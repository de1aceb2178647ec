"""Forms that change mappings: the rows of a flow, and the entries of a value map."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from mappings.errors import RowError
from mappings.json_shapes import value_from_json
from mappings.models import Mapping, ValueMap
from mappings.transforms import fold_to_ascii
from mappings.value_maps import MAX_KEY_COLUMNS, Entry, Identity
from mappings.values import Value, to_text

EXTRA_ENTRIES = 5
CONTENT = {"source": "path", "constant": "value", "formula": "formula"}


class MappingForm(forms.Form):
    """What each row is filled from; rows of value maps are changed in their map."""

    def __init__(self, *args: Any, mapping: Mapping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mapping = mapping
        for position, row in enumerate(mapping.rows):
            if row.get("kind") in CONTENT:
                self.fields[f"row_{position}"] = _row_field(row)

    def parts(self) -> Iterator[dict[str, Any]]:
        """Give the rows in order, each with its field where it has one."""
        for position, row in enumerate(self.mapping.rows):
            name = f"row_{position}"
            yield {"row": row, "kind": row.get("kind"), "field": self[name] if name in self.fields else None}

    def rows(self) -> list[dict[str, Any]]:
        """Give all rows with what was typed."""
        return [
            {**row, CONTENT[row["kind"]]: self.cleaned_data[f"row_{position}"]} if row.get("kind") in CONTENT else row
            for position, row in enumerate(self.mapping.rows)
        ]

    def has_news(self) -> bool:
        """Tell whether anything differs from what is stored."""
        return bool(self.rows() != self.mapping.rows)


class ConstantField(forms.CharField):
    """A constant of the kind it has: number, date, TRUE or FALSE, or text. Gives it as mappings store it."""

    def __init__(self, *, like: Value, **kwargs: Any) -> None:
        super().__init__(required=False, initial=to_text(like), **kwargs)
        self.like = like

    def clean(self, value: Any) -> Any:
        """Read the constant."""
        text = str(super().clean(value) or "")
        try:
            return _like(text, self.like)
        except (ValueError, InvalidOperation, RowError):
            raise forms.ValidationError(f"Write it like {to_text(self.like)}.") from None


def _like(text: str, like: Value) -> Any:
    """Give the text as a value of the same kind, as mappings store it."""
    if isinstance(like, bool):
        return text == "TRUE"
    if isinstance(like, int):
        return int(text)
    if isinstance(like, Decimal):
        return {"amount": str(Decimal(text.replace(",", "")))}
    if like is not None and not isinstance(like, str):
        payload = {"time" if "T" in to_text(like) else "date": text}
        value_from_json(payload)
        return payload
    return text or None


def _row_field(row: dict[str, Any]) -> forms.Field:
    label = str(row.get("target", ""))
    quiet = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
    if row["kind"] == "constant":
        like = value_from_json(row.get("value"))
        flags = [("TRUE", "TRUE"), ("FALSE", "FALSE")]
        widget: forms.Widget = forms.Select(choices=flags) if isinstance(like, bool) else forms.TextInput(attrs=quiet)
        return ConstantField(like=like, label=label, widget=widget)
    if row["kind"] == "formula":
        rows = 2 if len(row.get("formula", "")) > 60 else 1
        return forms.CharField(
            label=label, initial=row.get("formula"), widget=forms.Textarea(attrs={**quiet, "rows": rows})
        )
    return forms.CharField(
        label=label, initial=row.get("path"), widget=forms.TextInput(attrs={**quiet, "list": "sources"})
    )


# Entries of a value map


class EntryForm(forms.Form):
    """One entry; `was` is what it stood as, empty for a new one. A line left wholly empty is no entry."""

    was = forms.CharField(required=False, widget=forms.HiddenInput)
    value = forms.CharField(required=False, max_length=255)
    valid_from = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    valid_to = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    remove = forms.BooleanField(required=False, label="Remove")

    def __init__(self, *args: Any, value_map: ValueMap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = list(value_map.key_labels)
        for position, label in enumerate(self.labels):
            self.fields[f"key_{position}"] = forms.CharField(label=label, required=False, max_length=100)
        self.fields["value"].label = value_map.gives
        for name, field in self.fields.items():
            if name not in ("was", "remove"):
                field.widget.attrs |= {"aria-label": str(field.label or name.replace("_", " "))}

    def key_fields(self) -> list[forms.BoundField]:
        """Give the fields of the key columns."""
        return [self[f"key_{position}"] for position in range(len(self.labels))]

    def clean(self) -> dict[str, Any]:
        """Refuse an entry that is half typed."""
        given = super().clean() or {}
        keys = [given.get(f"key_{position}") for position in range(len(self.labels))]
        if not given.get("remove") and (any(keys) or given.get("value") or given.get("was")):
            for position, key in enumerate(keys):
                if not key:
                    self.add_error(f"key_{position}", "Give a value, or * for any.")
            if not given.get("value"):
                self.add_error("value", "Give what it leads to.")
        return given

    def entry(self) -> Entry | None:
        """Give the entry as typed; None where it is empty or to be removed."""
        given = self.cleaned_data
        if given.get("remove") or not given.get("value"):
            return None
        return Entry(
            keys=tuple(given[f"key_{position}"] for position in range(len(self.labels))),
            value=given["value"],
            valid_from=given.get("valid_from"),
            valid_to=given.get("valid_to"),
        )

    def removed(self) -> Identity | None:
        """Give what stood here where it stands no more: taken out, or its keys or first day were changed."""
        before = identity_from(self.cleaned_data.get("was", ""))
        after = self.entry()
        return before if before and (after is None or after.identity != before) else None


def identity_text(entry: Entry) -> str:
    """Write what tells an entry from the others, for a hidden field."""
    return json.dumps([list(entry.keys), entry.valid_from.isoformat() if entry.valid_from else None])


def identity_from(text: str) -> Identity | None:
    """Read what `identity_text` wrote; None for nothing, or for what was tampered with."""
    try:
        keys, first_day = json.loads(text)
        day = forms.DateField().to_python(first_day) if first_day else None
        return tuple(str(key) for key in keys), day
    except (ValueError, TypeError, forms.ValidationError):
        return None


def entry_forms(value_map: ValueMap, entries: list[Entry], posted: Any = None) -> Any:
    """Give the formset of the entries shown, with empty lines for new ones."""
    factory = forms.formset_factory(EntryForm, extra=EXTRA_ENTRIES)
    initial = [_initial(entry) for entry in entries]
    return factory(posted, initial=initial, form_kwargs={"value_map": value_map}, prefix="entry")


def _initial(entry: Entry) -> dict[str, Any]:
    keys = {f"key_{position}": key for position, key in enumerate(entry.keys)}
    return {
        **keys,
        "was": identity_text(entry),
        "value": entry.value,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }


class MapFileForm(forms.Form):
    """A file of entries, and what becomes of those that stand."""

    file = forms.FileField(label="File", widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}))
    mode = forms.ChoiceField(
        label="What stands already",
        choices=(
            ("merge", "Stays: rows of the file are added, or replace the entry with the same keys and first day."),
            ("replace", "Goes: afterwards the map holds what the file holds, and nothing else."),
        ),
        initial="merge",
        widget=forms.RadioSelect,
    )
    only_good = forms.BooleanField(
        label="Take the rows that are right, and list the others",
        required=False,
        help_text="Otherwise one faulty row stops the whole file, and nothing is changed.",
    )

    def clean(self) -> dict[str, Any]:
        """Refuse to replace a map by a part of a file."""
        given = super().clean() or {}
        if given.get("mode") == "replace" and given.get("only_good"):
            self.add_error("only_good", "A map is replaced by a whole file only. Choose one of the two.")
        return given


class NewMapForm(forms.Form):
    """A new value map: what it is called, by what it is looked up, and what it gives."""

    label = forms.CharField(label="Name", max_length=60, help_text="As its page is called: Cost centres")
    gives = forms.CharField(label="What it gives", max_length=60, help_text="In the singular: cost centre")
    keys = forms.CharField(
        label="Looked up by", max_length=400, help_text="One name, or up to six with commas between: country, item"
    )

    def clean_keys(self) -> str:
        """Refuse names that could not be told apart in a file."""
        names = [name.strip() for name in str(self.cleaned_data["keys"]).split(",") if name.strip()]
        if not 1 <= len(names) <= MAX_KEY_COLUMNS or len({name.lower() for name in names}) < len(names):
            raise forms.ValidationError(f"Give 1 to {MAX_KEY_COLUMNS} different names, separated by commas.")
        if any(len(name) > 60 for name in names):
            raise forms.ValidationError("A name has at most 60 characters.")
        self.cleaned_data["key_labels"] = tuple(names)
        return ", ".join(names)

    def name(self, taken: Iterable[tuple[str]]) -> str:
        """Give the name by which formulas look it up, free among the sync's."""
        known = {name for (name,) in taken}
        plain = re.sub(r"[^a-z0-9]+", "_", fold_to_ascii(self.cleaned_data["label"]).lower()).strip("_")
        base = (plain if plain[:1].isalpha() else f"map_{plain}")[:50]
        return next(
            each for number in range(1, 1_000) if (each := f"{base}_{number}" if number > 1 else base) not in known
        )
