"""Invoices, and the credit memos made beside one as a step of its own: written apart, told as the invoice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.records import COMPANION, COMPANION_AMOUNT, application, sublist
from integrations.connectors.netsuite.sinks.documents import INVOICES, DocumentSink
from integrations.connectors.netsuite.suiteql import MOST_KEYS, chunks
from integrations.contracts import Application, Booked, Draft, Facts, Found, Receipt


class InvoiceSink(DocumentSink):
    """Writes and reads invoices. A draft with a companion makes that one, applied to the invoice it acts on."""

    def __init__(self, client: Client) -> None:
        super().__init__(client, INVOICES)

    def book(self, draft: Draft) -> Receipt:
        """Write the invoice, or the companion beside it; the receipt names the invoice in both cases."""
        if COMPANION not in draft.payload:
            return super().book(draft)
        body = {name: value for name, value in draft.payload.items() if name not in (COMPANION, COMPANION_AMOUNT)}
        settled = draft.payload[COMPANION_AMOUNT]
        body["apply"] = sublist([application(draft.external_id, Decimal(str(settled)))])
        written = self._client.upsert(str(draft.payload[COMPANION]), draft.reference, body)
        return Receipt(
            external_id=draft.external_id, summary={"status": written.status, "request_id": written.request_id}
        )

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look invoices up; a companion that stands, applied to its invoice, is found as that invoice."""
        beside = [draft for draft in drafts if COMPANION in draft.payload]
        found = dict(super().find([draft for draft in drafts if COMPANION not in draft.payload]))
        standing = self._beside(beside)
        return found | {
            one.reference: (standing[one.reference],) if one.reference in standing else () for one in beside
        }

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read what stands; with a companion that does not stand as sent, its invoice counts as absent."""
        plain = [one for one in booked if COMPANION not in one.draft.payload]
        beside = [one.draft for one in booked if COMPANION in one.draft.payload]
        return {**super().read_back(plain), **self._beside(beside)}

    def _beside(self, drafts: Sequence[Draft]) -> dict[str, Found]:
        """Give the invoices, by reference, of the companions that stand applied to them."""
        return {name: invoice for part in chunks(drafts, MOST_KEYS // 2) for name, invoice in self._pairs(part)}

    def _pairs(self, drafts: Sequence[Draft]) -> Iterator[tuple[str, Found]]:
        read = list(self.by_either_id([one.reference for one in drafts], [one.external_id for one in drafts]))
        by_reference, by_id = {one.reference: one for one in read}, {one.external_id: one for one in read}
        for draft in drafts:
            companion, invoice = by_reference.get(draft.reference), by_id.get(draft.external_id)
            if invoice and companion and _is_as_sent(companion.facts, draft):
                yield draft.reference, replace(invoice, reference=draft.reference, by_reference=True)


def _is_as_sent(stands: Facts, draft: Draft) -> bool:
    """Tell whether a companion stands as it was sent: customer, day and amount, all of it applied to its invoice."""
    amount, sent = Decimal(str(draft.payload[COMPANION_AMOUNT])), draft.payload
    is_whole = (stands.total, stands.applied) == (amount, (Application(external_id=draft.external_id, amount=amount),))
    entity = sent.get("entity")
    customer = entity.get("id") if isinstance(entity, Mapping) else entity
    return is_whole and str(stands.date) == str(sent.get("tranDate")) and stands.customer == customer
