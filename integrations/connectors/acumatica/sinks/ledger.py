"""The target's side of a reconciliation: documents by their date, and what is open, in few big reads."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.faces import Face
from integrations.connectors.acumatica.query import compare, every
from integrations.connectors.acumatica.reader import by_key
from integrations.connectors.acumatica.records import owner
from integrations.connectors.acumatica.values import Row
from integrations.contracts import Found, OpenItem
from integrations.errors import ConfigurationError

_DAY = timedelta(days=1)


def listing(client: Client, faces: Iterable[Face], start: date, end: date) -> Iterator[Found]:
    """List documents dated in the range, with those that void others, each once though several screens show it."""
    seen: set[str] = set()
    for face in faces:
        for kind in (*face.types, *face.reversals):
            for row in _dated_rows(client, face, kind, start, end):
                found = face.listed(row)
                if found.external_id not in seen:
                    seen.add(found.external_id)
                    yield found


def open_items(client: Client, faces: Iterable[Face], as_of: date, sign: Decimal) -> Iterator[OpenItem]:
    """List what is open now. Raises ConfigurationError for a past day."""
    today = client.clock.now().date()
    if as_of < today - _DAY:
        raise ConfigurationError(
            f"Acumatica's API tells open balances as they are now, not as of {as_of}. Compare with AR Balance by "
            "Customer (AR632500) for that day.",
            code="acumatica_past_unknown",
            value=as_of.isoformat(),
        )
    seen: set[str] = set()
    for face in faces:
        for kind in face.types if face.open_amount else ():
            for item in _open_of(client, face, kind, sign):
                if item.external_id not in seen:
                    seen.add(item.external_id)
                    yield item


def dated(face: Face, start: date, end: date) -> str:
    """Write the predicate of some days, a day wider on both sides: days are those of the tenant's zone."""
    return every(compare(face.date, "ge", start - _DAY), compare(face.date, "lt", end + 2 * _DAY))


def _dated_rows(client: Client, face: Face, kind: str, start: date, end: date) -> Iterator[Row]:
    where = every(compare(face.type_key, "eq", kind), dated(face, start, end))
    for page in by_key(client, face.query(where, lines=face.is_journal), face.number_key):
        for row in page:
            day = row.day(face.date)
            if day is not None and start <= day <= end:
                yield row


def _open_of(client: Client, face: Face, kind: str, sign: Decimal) -> Iterator[OpenItem]:
    where = every(compare(face.type_key, "eq", kind), compare("Status", "eq", "Open"))
    for page in by_key(client, face.query(where), face.number_key):
        for row in page:
            facts, reference = face.facts(row), face.reference_of(row)
            if facts.open_amount:
                yield OpenItem(
                    external_id=face.id_of(row),
                    reference=reference if owner(reference) else "",
                    customer=facts.customer or "",
                    currency=facts.currency or "",
                    amount=facts.open_amount * sign,
                    number=row.text(face.number_key),
                )
