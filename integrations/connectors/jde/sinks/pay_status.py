"""Pay status of vouchers: done where every open pay item meant has the wanted status."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.connectors.jde.orchestrations import SET_PAY_STATUS
from integrations.connectors.jde.purchases import Purchases
from integrations.connectors.jde.records import DocumentKey, SupplierInvoice
from integrations.connectors.jde.sinks.base import OrchestrationSink, text_of
from integrations.connectors.jde.sinks.vouchers import found_of, read_vouchers
from integrations.contracts import Draft, Found, Receipt
from integrations.errors import MissingReferenceError

PAID = "P"


class PayStatusSink(OrchestrationSink):
    """Sets and reads pay statuses; the external id is the voucher's."""

    slug = "pay_status"
    orchestration = SET_PAY_STATUS

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give the voucher's id."""
        return document_id(draft)

    def book(self, draft: Draft) -> Receipt:
        """Set the status; of a voucher that is voided or paid there is none to set, and nothing is called.

        With a `source` instead of document keys it is the voucher that stands for that order or receipt.
        """
        meant = self._resolved(draft)
        voucher = next(iter(read_vouchers(self._client, [document_id(meant)])), None)
        if voucher is not None and (voucher.is_voided or all(item.pay_status == PAID for item in voucher.items)):
            return Receipt(external_id=voucher.key, summary={"result": "nothing to set"})
        return super().book(meant)

    def _resolved(self, draft: Draft) -> Draft:
        source = text_of(draft, "source")
        if not source:
            return draft
        voucher = Purchases(self._client).vouchers_of([source]).get(source)
        key = DocumentKey.parse(voucher.key) if voucher else None
        if key is None:
            raise MissingReferenceError(
                f"No single voucher stands for {source} in JD Edwards. Set its pay status there by hand (P0411S), then "
                "skip this record with the reason.",
                code="jde_voucher_needed",
                field="source",
                value=source,
            )
        named = {name: value for name, value in draft.payload.items() if name != "source"}
        keys = {"documentType": key.type, "documentNumber": str(key.number), "documentCompany": key.company}
        return replace(draft, payload={**named, **keys})

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find drafts whose voucher has the wanted status already: there is nothing left to do for them."""
        drafts = [draft for draft in drafts if not text_of(draft, "source")]
        vouchers = {
            one.key: one for one in read_vouchers(self._client, sorted({document_id(draft) for draft in drafts}))
        }
        for draft in drafts:
            voucher = vouchers.get(document_id(draft))
            if voucher and _has_status(voucher, text_of(draft, "payItem"), text_of(draft, "payStatus")):
                yield draft, replace(found_of(voucher), reference=draft.reference)

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read the vouchers; their remark holds the reference of the last status set. A voided one needs none: done."""
        return {
            one.key: replace(found_of(one), reference=one.remark, stage="posted")
            for one in read_vouchers(self._client, ids)
        }


def document_id(draft: Draft) -> str:
    """Give the id of the voucher that a draft acts on."""
    return "-".join(text_of(draft, name) for name in ("documentType", "documentNumber", "documentCompany"))


def _has_status(voucher: SupplierInvoice, pay_item: str, status: str) -> bool:
    meant = [item for item in voucher.items if item.pay_status != PAID and pay_item in ("", item.item)]
    return bool(meant) and all(item.pay_status == status for item in meant)
