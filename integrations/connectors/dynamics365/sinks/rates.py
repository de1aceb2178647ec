"""Exchange rates of reversals: those of the journals that they take back."""

from collections.abc import Callable, Mapping, Sequence

from integrations.connectors.dynamics365.odata import amount, text
from integrations.connectors.dynamics365.records import REVERSES
from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.connectors.dynamics365.sinks.standing import Kind, Standing
from integrations.connectors.dynamics365.transactions import by_ids
from integrations.contracts import Draft, Value
from integrations.errors import RejectedError

LINE_ORDER = "dataAreaId,JournalBatchNumber,LineNumber"
REPORTING_RATE = "ReportingCurrencyExchRate"
ByBatch = Callable[[Sequence[str]], Mapping[str, Standing]]


def rates_of_reversed(ground: Ground, kind: Kind, draft: Draft, by_batch: ByBatch) -> dict[str, Value]:
    """Give the exchange rates of the journal that a draft takes back, so that both weigh the same in the ledger.

    Nothing where the draft takes none back, or in the company's own currencies. Lines that were deleted at posting are
    told by the customer's transaction. Raises RejectedError where nothing tells the rate.
    """
    batch, currency = str(draft.payload.get(REVERSES) or ""), draft.facts.currency
    books = {text(ground.setup.ledger, name) for name in ("AccountingCurrency", "ReportingCurrency")} - {""}
    if not batch or books == {currency}:
        return {}
    rows = ground.among(kind.lines, "JournalBatchNumber", [batch], LINE_ORDER)
    found = next((row for row in rows if amount(row, kind.rate)), None)
    if found is not None:
        return {name: rate for name in (kind.rate, REPORTING_RATE) if (rate := amount(found, name))}
    standing = by_batch([batch]).get(batch)
    of_customer = standing.transactions if standing else tuple(by_ids(ground, [batch]).values())
    told = next((amount(row, "ExchRate") for row in of_customer if amount(row, "ExchRate")), None)
    if told is None:
        raise RejectedError(
            f"F&O does not show the exchange rate of {batch} any longer, so its reversal {draft.reference} was not "
            "written: it would take the rate of its own day. Enter it in F&O at the rate of the voucher, then accept "
            "it here with the reason.",
            code="d365_rate_not_shown",
            field=kind.rate,
            value=batch,
        )
    return {kind.rate: told}
