"""Financial dimensions: display strings in the order of the active integration format, and the delimiter's escape."""

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.errors import MappingError

MAIN_ACCOUNT = "MainAccount"
ESCAPE = "\\"
DELIMITERS: Mapping[str, str] = {
    "Hyphen": "-",
    "Period": ".",
    "Underscore": "_",
    "Bar": "|",
    "Tilde": "~",
    "DoubleHyphen": "--",
    "DoublePeriod": "..",
    "DoubleUnderscore": "__",
    "DoubleBar": "||",
    "DoubleTilde": "~~",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """An active dimension format for integrating applications: its segments in order, and what stands between them."""

    segments: tuple[str, ...]
    delimiter: str

    def write(self, values: Mapping[str, str]) -> str:
        """Build a display string: a blank for every dimension not given. Raises MappingError.

        A dimension that the format does not hold is refused here, as F&O would drop it without a word.
        """
        for name in values:
            if name not in self.segments:
                raise MappingError(
                    f"The active dimension format holds no {name}: F&O would drop it silently. Add it under General "
                    "ledger > Chart of accounts > Dimensions > Financial dimension configuration for integrating "
                    "applications.",
                    code="d365_dimension_not_in_format",
                    field=name,
                    value=values[name],
                )
        return self.delimiter.join(escape(values.get(name, ""), self.delimiter) for name in self.segments)

    def read(self, text: str) -> dict[str, str]:
        """Take a display string apart. Raises MappingError when it has more segments than the format."""
        parts = split(text, self.delimiter)
        if len(parts) > len(self.segments):
            raise MappingError(
                f"“{text}” has {len(parts)} segments, the active dimension format {len(self.segments)}: F&O would drop "
                "the rest silently. Mend the mapping of the account and its dimensions.",
                code="d365_too_many_segments",
                field="AccountDisplayValue",
                value=text,
            )
        return {name: value for name, value in zip(self.segments, parts, strict=False) if value}


def format_of(pattern: str, delimiter: str) -> Format:
    """Read a `FinancialDimensionFormat` such as `MainAccount-BusinessUnit-CostCenter`."""
    segments = tuple(part.strip() for part in pattern.split(delimiter)) if pattern.strip() else ()
    return Format(segments=segments, delimiter=delimiter)


def escape(value: str, delimiter: str) -> str:
    """Put a backslash before the delimiter inside a value: account C-01 is `C\\-01`."""
    return value.replace(delimiter, ESCAPE + delimiter)


def unescape(value: str, delimiter: str) -> str:
    """Take the backslashes away again; accounts are compared in this form."""
    return value.replace(ESCAPE + delimiter, delimiter)


def split(text: str, delimiter: str) -> list[str]:
    """Split at delimiters that no backslash escapes; the parts are unescaped."""
    parts = [""]
    at = 0
    while at < len(text):
        if text.startswith(ESCAPE + delimiter, at):
            parts[-1] += delimiter
            at += len(ESCAPE + delimiter)
        elif text.startswith(delimiter, at):
            parts.append("")
            at += len(delimiter)
        else:
            parts[-1] += text[at]
            at += 1
    return parts
