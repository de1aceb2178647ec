"""What the sinks share: cleaned rows, known field names, and which hits count."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from re import compile as pattern

from integrations.connectors.dynamics365.client import Client
from integrations.connectors.dynamics365.metadata import Metadata
from integrations.connectors.dynamics365.odata import Query, Row, either, noon, text, text_literal
from integrations.connectors.dynamics365.records import LONGEST_REFERENCE
from integrations.connectors.dynamics365.setup import Setup
from integrations.contracts import Draft, Found, Value
from integrations.errors import MappingError

SETTLE_S = 600  # F&O has no idempotency header: a lost call may still commit
_REFERENCE = pattern(r"[A-Za-z0-9]{1,20}")
_OURS = pattern(rf"C[A-Z2-7]{{{LONGEST_REFERENCE - 1}}}")
_CONTROL = pattern(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Ground:
    """What every sink of a session stands on."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.setup = Setup(client)
        self.metadata = Metadata(client)

    @property
    def company(self) -> str:
        """The legal entity in lower case."""
        return self.client.credentials.company

    def in_company(self, condition: str = "") -> str:
        """Filter by the legal entity, and by more."""
        own = f"dataAreaId eq {text_literal(self.company)}"
        return f"{own} and {condition}" if condition else own

    def rows(self, entity_set: str, condition: str = "", order: str = "") -> Iterator[Row]:
        """Read a company's rows; another company's are left out whatever the filter did."""
        query = Query(entity_set=entity_set, filter=self.in_company(condition), order=order)
        for row in self.client.rows(query):
            if text(row, "dataAreaId").lower() == self.company:
                yield row

    def among(self, entity_set: str, field: str, values: Sequence[str], order: str = "") -> Iterator[Row]:
        """Read the rows whose field is exactly one of the values: what wildcards and letter cases add is left out."""
        wanted = set(values)
        for condition in either(field, [value for value in values if value]):
            for row in self.rows(entity_set, condition, order):
                if text(row, field) in wanted:
                    yield row

    def settled_rows(self, condition: str) -> Iterator[Row]:
        """Read what payment lines settle: this set names its company otherwise than the others."""
        own = f"JournalLineCompany eq {text_literal(self.company)}"
        order = "JournalLineCompany,JournalBatchNumber,JournalLineNumber,InvoiceNumber,InvoiceCompany,InvoiceDueDate"
        query = Query(entity_set="PaymentJournalLineSettledInvoices", filter=f"{own} and {condition}", order=order)
        return self.client.rows(query)

    def check_names(self, sink: str, names: set[str]) -> None:
        """Refuse fields that the environment does not have. Raises MappingError naming the field."""
        for name in self.metadata.unknown(sink, names):
            raise MappingError(
                f"This environment has no field {name} to write: take it out of the mapping.",
                code="d365_unknown_field",
                field=name,
            )


def check_reference(draft: Draft) -> None:
    """Refuse a reference that F&O could cut or read as a wildcard. Raises MappingError."""
    if not _REFERENCE.fullmatch(draft.reference):
        raise MappingError(
            f"“{draft.reference}” cannot be our reference in F&O: up to 20 letters and digits.",
            code="d365_invalid_reference",
            field="reference",
            value=draft.reference,
        )


def is_reference(value: str) -> bool:
    """Tell whether `check_reference` would take it."""
    return bool(_REFERENCE.fullmatch(value))


def is_ours(value: str) -> bool:
    """Tell whether a text has the form of our references."""
    return bool(_OURS.fullmatch(value))


def row_of(values: Mapping[str, Value]) -> dict[str, Value]:
    """Write values as F&O takes them: dates at noon, only what is set. Raises MappingError naming the field."""
    return {name: _value(name, value) for name, value in values.items() if value not in (None, "")}


def _value(name: str, value: Value) -> Value:
    if isinstance(value, datetime) or not isinstance(value, str | int | Decimal | bool | date):
        raise _unsendable(name, value, "it is neither text, number nor date")
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return noon(value)
    if isinstance(value, str) and _CONTROL.search(value):
        raise _unsendable(name, value, "it holds control characters")
    return value


def _unsendable(name: str, value: Value, why: str) -> MappingError:
    return MappingError(
        f"{name} cannot be written to F&O: {why}. Mend its mapping.",
        code="d365_invalid_value",
        field=name,
        value=ascii(value)[:80],
    )


def is_same(wanted: Value, stands: object) -> bool:
    """Tell whether a field stands as it was written: dates by their day, numbers by value, texts in any escape."""
    if isinstance(wanted, int | Decimal) and isinstance(stands, int | Decimal):
        return Decimal(wanted) == Decimal(stands)
    one, other = str(wanted), "" if stands is None else str(stands)
    if len(one) == 20 and one.endswith("T12:00:00Z"):
        return one[:10] == other[:10]
    return one.replace("\\", "").lower() == other.replace("\\", "").lower()


def telling(found: Mapping[str, Found]) -> tuple[Found, ...]:
    """Leave business hits out where the reference itself was found."""
    own = tuple(one for one in found.values() if one.by_reference)
    return own or tuple(found.values())
