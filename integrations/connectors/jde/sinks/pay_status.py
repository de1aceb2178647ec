"""Pay status of vouchers: done where every open pay item meant has the wanted status."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.connectors.jde.orchestrations import SET_PAY_STATUS
from integrations.connectors.jde.records import SupplierInvoice
from integrations.connectors.jde.sinks.base import OrchestrationSink, text_of
from integrations.connectors.jde.sinks.vouchers import found_of, read_vouchers
from integrations.contracts import Draft, Found

PAID = "P"


class PayStatusSink(OrchestrationSink):
    """Sets and reads pay statuses; the external id is the voucher's."""

    slug = "pay_status"
    orchestration = SET_PAY_STATUS

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give the voucher's id."""
        return document_id(draft)

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find drafts whose voucher has the wanted status already: there is nothing left to do for them."""
        vouchers = {
            one.key: one for one in read_vouchers(self._client, sorted({document_id(draft) for draft in drafts}))
        }
        for draft in drafts:
            voucher = vouchers.get(document_id(draft))
            if voucher and _has_status(voucher, text_of(draft, "payItem"), text_of(draft, "payStatus")):
                yield draft, replace(found_of(voucher), reference=draft.reference)

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read the vouchers; their remark holds the reference of the last status set."""
        return {one.key: replace(found_of(one), reference=one.remark) for one in read_vouchers(self._client, ids)}


def document_id(draft: Draft) -> str:
    """Give the id of the voucher that a draft acts on."""
    return "-".join(text_of(draft, name) for name in ("documentType", "documentNumber", "documentCompany"))


def _has_status(voucher: SupplierInvoice, pay_item: str, status: str) -> bool:
    meant = [item for item in voucher.items if item.pay_status != PAID and pay_item in ("", item.item)]
    return bool(meant) and all(item.pay_status == status for item in meant)
