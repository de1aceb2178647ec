"""Journals of the general ledger: our reference stands at the beginning of the batch's description."""

from collections.abc import Mapping
from decimal import Decimal

from integrations.connectors.acumatica.faces import JOURNAL, JOURNAL_BREAK, Face
from integrations.connectors.acumatica.fields import refuse_overlong
from integrations.connectors.acumatica.query import starts
from integrations.connectors.acumatica.sinks.base import DocumentSink
from integrations.contracts import Draft, Value
from integrations.errors import MappingError


class JournalSink(DocumentSink):
    """Writes and reads batches of the module GL."""

    slug = "journals"
    faces = (JOURNAL,)

    def named(self, face: Face, reference: str) -> str:
        """Write the predicate of a reference: what follows it is text for people."""
        return starts(face.reference, reference)

    def body(self, face: Face, draft: Draft) -> dict[str, Value]:
        """Write a batch; debits must equal credits. Raises MappingError before any call."""
        refuse_overlong(face.entity, {face.reference: draft.payload.get("Description")})
        body = super().body(face, draft)
        _check_balance(draft, body)
        text = str(draft.payload.get("Description") or "").strip()
        whole = f"{draft.reference}{JOURNAL_BREAK}{text}" if text else draft.reference
        return {**body, face.reference: whole}


def _check_balance(draft: Draft, body: Mapping[str, Value]) -> None:
    lines = body.get("Details")
    rows = [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list | tuple) else []
    debits, credits = (
        sum((_number(line.get(name)) for line in rows), Decimal(0)) for name in ("DebitAmount", "CreditAmount")
    )
    if debits != credits:
        raise MappingError(
            f"{draft.reference}: debits of {debits} and credits of {credits} differ.",
            code="acumatica_out_of_balance",
            field="DebitAmount",
            value=str(debits - credits),
        )


def _number(value: Value) -> Decimal:
    return Decimal(str(value or 0))
