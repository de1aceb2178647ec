"""The lines of invoices and credit memos: accounts, amounts that are not computed anew, imposed taxes."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.records import dimensions, tax_details
from integrations.connectors.chargebee.records import CreditNote, Invoice, lifecycle
from integrations.contracts import Context, LineFact, Reference, Value
from integrations.errors import MappingError, RejectedError
from integrations.money import round_money
from integrations.pairs.chargebee_to_acumatica.common import SALES_INVOICES, Mode, Values, used

ZERO = Decimal(0)
_OURS = frozenset({"amount", "account", "deferred_account", "description", "date_to", "kind", "TaxID", "TaxRate"})
_KINDS = {"Account": "account", "InventoryID": "item", "Subaccount": "subaccount", "TaxCategory": "tax_category"}


def made_of(
    document: Invoice | CreditNote, mapped: Sequence[Mapping[str, Value]], day: date, posting: Mode, context: Context
) -> tuple[list[Values], Values]:
    """Give document lines and imposed taxes. Raises RejectedError unless all of it makes the total.

    Policy `tax`: `lines` (default) books each tax as its own line on the tax account; `imposed` sends the amounts as
    the target's own taxes. A document of nothing keeps its first line, so that it is not empty.
    """
    made = sum((_amount(line) for line in mapped), ZERO)
    if made != document.total:
        raise RejectedError(
            f"The mapped lines make {made}, but Chargebee's total is {document.total} {document.currency_code}. "
            "Look at the line rows under Mappings.",
            code="totals_disagree",
            field="amount",
            value=document.id,
        )
    imposes = context.policy("", "tax", "lines") == "imposed"
    taxed = [line for line in mapped if imposes and line.get("kind") == "tax" and _amount(line)]
    plain = [line for line in mapped if _amount(line) and not (imposes and line.get("kind") == "tax")]
    taxes = tax_details(_merged(taxed, document.currency_code)) if taxed else {}
    return [_line(line, day, posting, context) for line in plain or mapped[:1]], taxes


def line(account: Value, amount: Decimal, text: str, **more: Value) -> Values:
    """Write a line whose amount counts: quantity and price are such that nothing is multiplied anew."""
    return {
        **more,
        "Account": account,
        "Qty": Decimal(1),
        "UnitPrice": amount,
        "Amount": amount,
        "TransactionDescription": text[:256],
    }


def facts_of(lines: Sequence[Mapping[str, Value]]) -> tuple[LineFact, ...]:
    """Give the lines as the ledger will show them."""
    return tuple(
        LineFact(
            account=str(one["Account"]),
            amount=_number(one["Amount"]),
            dimensions=dimensions(one.get("Subaccount") or one.get("SubAccount")),
        )
        for one in lines
    )


def references_of(lines: Sequence[Mapping[str, Value]]) -> tuple[Reference, ...]:
    """Name the accounts, items, subaccounts and tax categories of the lines."""
    return tuple(each for one in lines for each in used(one, _KINDS))


def _line(mapped: Mapping[str, Value], day: date, posting: Mode, context: Context) -> Values:
    own = {name: value for name, value in mapped.items() if name not in _OURS}
    manual: Values = {"ManualPrice": True} if posting == SALES_INVOICES else {}
    account = lifecycle.journals.line_account(mapped, day, context)
    return line(account, _amount(mapped), str(mapped.get("description") or ""), **own, **manual)


def _merged(taxed: Sequence[Mapping[str, Value]], currency: str) -> list[tuple[str, Decimal, Decimal]]:
    """Add taxes up by tax id; a taxable amount is what the rate makes of its tax."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for one in taxed:
        tax_id, rate, tax = one.get("TaxID"), one.get("TaxRate"), _amount(one)
        if not tax_id:
            raise MappingError(
                "Taxes are to be sent as Acumatica's own, but no tax id is mapped for one. Add it under Mappings > "
                "Tax ids.",
                code="no_mapping",
                field="TaxID",
            )
        taxable = round_money(tax * 100 / rate, currency) if isinstance(rate, Decimal) and rate else ZERO
        before = sums.get(str(tax_id), (ZERO, ZERO))
        sums[str(tax_id)] = (before[0] + taxable, before[1] + tax)
    return [(tax_id, taxable, tax) for tax_id, (taxable, tax) in sums.items()]


def _amount(mapped: Mapping[str, Value]) -> Decimal:
    return _number(mapped.get("amount"))


def _number(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO
