"""Vendor credits: known again by our reference in their description, recognised by vendor and number otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from integrations.connectors.billcom.client import Client, Listing, Raw
from integrations.connectors.billcom.objects import VendorCredit
from integrations.connectors.billcom.parse import parse_vendor_credit
from integrations.connectors.billcom.query import any_of, is_id, since
from integrations.connectors.billcom.records import dimensions, marked, owner, reference_in
from integrations.connectors.billcom.sinks.base import RecordSink
from integrations.connectors.billcom.sinks.bills import AHEAD, VENDORS_AT_ONCE
from integrations.connectors.billcom.sinks.past import settled_since, still_there
from integrations.connectors.billcom.sinks.roster import Roster
from integrations.connectors.billcom.sinks.validate import CREDIT_LINES
from integrations.contracts import Draft, Facts, Found, LineFact, OpenItem, Value
from integrations.errors import RejectedError


class VendorCreditSink(RecordSink):
    """Writes and reads vendor credits. Archiving one is final; one that is used stays as it is."""

    slug = "vendor_credits"

    def __init__(self, client: Client, roster: Roster) -> None:
        super().__init__(client)
        self._roster = roster

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by BILL's id, then among all credits of the drafts' vendors."""
        known = self.known(drafts)
        lacking = [draft for draft in drafts if draft.reference not in known]
        hits: dict[str, tuple[Found, ...]] = {reference: (found,) for reference, found in known.items()}
        credits = self._credits_of(lacking)
        found = {one.external_id: one for one in self._seen(credits)}
        for draft in lacking:
            mine = [one for one in credits if reference_in(one.description) == draft.reference]
            rows = mine or [one for one in credits if _is_alike(one, draft)]
            hits[draft.reference] = tuple(replace(found[one.id], by_reference=bool(mine)) for one in rows)
        return hits

    def body_of(self, draft: Draft) -> dict[str, Value]:
        """Give the body with our reference in its description."""
        body = dict(draft.payload)
        if draft.operation == "create" or CREDIT_LINES in body or "description" in body:
            body["description"] = marked(str(body.get("description") or ""), draft.reference)
        return body

    def found_of(self, rows: Sequence[Raw]) -> Sequence[Found]:
        """Read credits as they stand."""
        return self._seen([parse_vendor_credit(raw) for raw in rows])

    def before_change(self, draft: Draft) -> None:
        """Refuse to touch a credit that is used."""
        raw = self._client.one(self.path, draft.external_id)
        if raw is not None and parse_vendor_credit(raw).applied_amount:
            raise RejectedError(
                f"Vendor credit {draft.external_id} is used in BILL already: it can only be changed there, after it "
                "was taken off its bills.",
                code="billcom_bill_locked",
                field="appliedAmount",
                value=draft.external_id,
            )

    def change(self, draft: Draft, body: Mapping[str, Value]) -> Raw:
        """Replace the credit where the body has lines, else change its header."""
        if CREDIT_LINES in body:
            return self._client.replace(self.path, draft.external_id, body)
        return super().change(draft, body)

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List all credits dated in [start, end], archived ones with stage `voided`."""
        begin = datetime.combine(start - AHEAD, time.min, UTC)
        rows = self._client.walk(Listing(path=self.path, filters=(since("createdTime", begin),)))
        credits = [one for one in map(parse_vendor_credit, rows) if one.credit_date and start <= one.credit_date <= end]
        yield from self._seen(credits)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """List what was left at the end of a day of credits dated until then, negative.

        What later payments used is put back. A use without a payment is not dated in BILL and counts from the first.
        """
        later = settled_since(self._client, as_of)
        credits = [parse_vendor_credit(raw) for raw in self._client.walk(Listing(path=self.path))]
        dated = [one for one in still_there(credits, as_of) if one.credit_date and one.credit_date <= as_of]
        left = [(one, one.amount - one.applied_amount + later.get(one.id, Decimal(0))) for one in dated]
        currencies = self._roster.currencies([one.vendor_id for one, amount in left if amount])
        for one, amount in left:
            if amount:
                yield OpenItem(
                    external_id=one.id,
                    reference=reference_in(one.description),
                    customer=one.vendor_id,
                    currency=currencies.get(one.vendor_id, ""),
                    amount=-amount,
                    number=one.reference_number,
                )

    def _credits_of(self, drafts: Sequence[Draft]) -> list[VendorCredit]:
        vendors = sorted({vendor for draft in drafts if is_id(vendor := _vendor_id(draft))})
        credits: list[VendorCredit] = []
        for start in range(0, len(vendors), VENDORS_AT_ONCE):
            part = vendors[start : start + VENDORS_AT_ONCE]
            rows = self._client.walk(Listing(path=self.path, filters=(any_of("vendorId", part),)))
            credits += map(parse_vendor_credit, rows)
        return credits

    def _seen(self, credits: Sequence[VendorCredit]) -> list[Found]:
        currencies = self._roster.currencies([one.vendor_id for one in credits])
        return [_found(one, currencies.get(one.vendor_id)) for one in credits]


def _is_alike(one: VendorCredit, draft: Draft) -> bool:
    theirs = owner(reference_in(one.description))
    is_same = (one.vendor_id, one.reference_number) == (_vendor_id(draft), draft.payload.get("referenceNumber"))
    return is_same and not one.archived and (not theirs or theirs != owner(draft.reference))


def _vendor_id(draft: Draft) -> str:
    return draft.facts.customer or str(draft.payload.get("vendorId") or "")


def _found(one: VendorCredit, currency: str | None) -> Found:
    """Give a credit as what stands; amounts are negative, as they reduce what is owed."""
    return Found(
        external_id=one.id,
        reference=reference_in(one.description),
        number=one.reference_number,
        stage="voided" if one.archived else "posted",
        facts=Facts(
            customer=one.vendor_id,
            currency=currency,
            total=-one.amount,
            open_amount=Decimal(0) if one.archived else one.applied_amount - one.amount,
            date=one.credit_date,
            lines=tuple(
                LineFact(
                    account=coded.chart_of_account_id,
                    amount=-line.amount,
                    dimensions=dimensions(coded.department_id, coded.location_id),
                )
                for line in one.lines
                for coded in (line.classifications,)
            ),
        ),
    )
