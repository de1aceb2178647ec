"""Customer payments, refunds, deposits and deposit applications (vendor file, 4.5 and 4.6)."""

from decimal import Decimal
from typing import Any

from integrations.connectors.netsuite.simulator.answers import bad_value, no_match, please_enter, user_error
from integrations.connectors.netsuite.simulator.records.applying import (
    at_rate_of,
    settle_applications,
    settle_rows,
)
from integrations.connectors.netsuite.simulator.records.header import (
    Change,
    Header,
    document_of,
    receivable,
    settle_header,
)
from integrations.connectors.netsuite.simulator.site import Site
from integrations.sandbox.books.documents import credit, debit

ZERO = Decimal(0)
CREDITS = ("credit_note", "payment", "deposit_application")
MONEY = ("Bank", "OthCurrAsset", "OthCurrLiab")


def settle_payment(site: Site, change: Change) -> None:
    """Work out a payment: money in, receivable relieved; credits and deposits named beside it pay as well."""
    header = settle_header(site, change, "customer")
    fields = change.fields
    account = receivable(site, fields, "arAcct", header.party)
    money = _money_account(site, change)
    beside = _named_beside(site, change, header, account)
    wanted = _received(change, header, beside)
    entries = settle_applications(site, change, header, account, wanted + beside, side="credit")
    _share_out(site, change, header, account, beside)
    if beside:
        entries = settle_applications(site, change, header, account, wanted, side="credit")
    received = [debit(money, wanted, 0)] if wanted else []
    change.document = document_of(
        change, header, received + entries, wanted, wanted, "credit", site.accounts["exchange"]
    )


def settle_deposit(site: Site, change: Change) -> None:
    """Work out a customer deposit: money in, owed to the customer until it is applied."""
    header = settle_header(site, change, "customer")
    amount = _received(change, header, ZERO)
    entries = [debit(_money_account(site, change), amount), credit(site.accounts["deposits"], amount, 1, header.party)]
    spent = site.spent[change.id]
    if amount < spent:
        user_error(f"The deposit has been applied for {spent} already.")
    change.document = document_of(change, header, entries, amount, amount - spent, "credit", None)


def settle_deposit_application(site: Site, change: Change) -> None:
    """Work out the use of a deposit: it leaves the liability and relieves the receivable."""
    fields = change.fields
    if "deposit" not in fields:
        please_enter(["Deposit"])
    deposit = site.store.groups["transaction"][fields["deposit"]]
    for name in ("customer", "currency", "subsidiary"):
        if fields.setdefault(name, deposit.fields[name]) != deposit.fields[name]:
            bad_value(fields[name], name)
    fields.setdefault("exchangeRate", deposit.fields["exchangeRate"])
    header = settle_header(site, change, "customer")
    account = receivable(site, fields, "arAcct", header.party)
    left = deposit.document.open if deposit.document else ZERO
    left += change.current.document.total if change.current and change.current.document else ZERO
    amount = change.imposed
    if amount is None:
        amount = header.currency.round(sum((row.get("amount", left) for row in _chosen(change, "apply")), ZERO))
    if amount <= 0:
        user_error("Please apply the deposit to at least one transaction.")
    if amount > left:
        user_error(f"The amount {amount} exceeds what is left of the deposit, {left}.")
    relieved = settle_applications(site, change, header, account, amount, side="credit")
    change.deposits = {deposit.id: amount}
    entries = [debit(site.accounts["deposits"], amount, 1, header.party), *relieved]
    change.document = document_of(change, header, entries, amount, amount, "credit", site.accounts["exchange"])


def settle_refund(site: Site, change: Change) -> None:
    """Work out a refund: money out for credit memos, overpayments and deposits; what it applies is its amount."""
    header = settle_header(site, change, "customer")
    fields = change.fields
    account = receivable(site, fields, "arAcct", header.party)
    money = _money_account(site, change)
    if change.current is not None and "deposit" in change.sent:
        user_error("The deposit sublist of a customer refund cannot be updated.")
    for row in _chosen(change, "apply"):
        target = site.document(row["doc"])
        row.setdefault("amount", target.open if target else ZERO)
    credits = header.currency.round(sum((row["amount"] for row in _chosen(change, "apply")), ZERO))
    change.deposits = {} if change.current else _deposits_named(site, change, header)
    total = credits + sum(change.deposits.values(), ZERO)
    if total <= 0:
        user_error("Please apply the refund to at least one credit.")
    entries = settle_applications(site, change, header, account, credits, side="debit")
    for deposit_id, amount in change.deposits.items():
        deposit = site.books.documents[deposit_id]
        entries.append(at_rate_of(deposit, debit(account, amount, 0, header.party), header))
    fields.pop("deposit", None)
    entries.append(credit(money, total, 1))
    change.document = document_of(change, header, entries, total, total, "debit", site.accounts["exchange"])


def money_is_undeposited(fields: dict[str, object]) -> bool:
    """Tell whether a payment's money went to undeposited funds."""
    return fields.get("undepFunds") == "T"


def _money_account(site: Site, change: Change) -> str:
    fields = change.fields
    undeposited = fields.get("undepFunds")
    if undeposited is None and "undepFunds" in change.type.fields:
        undeposited = fields["undepFunds"] = "F" if "account" in fields else "T"
    if undeposited == "T":
        fields["account"] = site.accounts["undeposited"]
    account = fields.get("account")
    if account is None:
        please_enter(["Account"])
    if site.account_type(account) not in MONEY:
        bad_value(account, "account")
    return str(account)


def _received(change: Change, header: Header, beside: Decimal) -> Decimal:
    fields = change.fields
    if "payment" not in fields:
        chosen = sum((row.get("amount", ZERO) for row in _chosen(change, "apply")), ZERO) - beside
        if chosen <= 0 and not beside:
            please_enter(["Payment Amount"])
        fields["payment"] = max(chosen, ZERO)
    amount = fields["payment"] = header.currency.round(fields["payment"])
    if amount < 0 or (amount == 0 and not beside):
        bad_value(amount, "payment")
    return Decimal(amount)


def _chosen(change: Change, name: str) -> list[dict[str, Any]]:
    return [row for row in change.fields.get(name, []) if row.get("apply") and row.get("amount") != 0]


def _named_beside(site: Site, change: Change, header: Header, account: str) -> Decimal:
    """Sum what the `credit` and `deposit` sublists bring; they are read once and not kept on the payment."""
    fields = change.fields
    if "credit" not in change.sent and "deposit" not in change.sent:
        return ZERO
    limit = Decimal(10) ** 15
    credits = settle_rows(site, change, header, account, limit, "credit", CREDITS)
    change.deposits = _deposits_named(site, change, header)
    change.credits = {id: {"": amount} for id, amount in credits.items()}
    fields.pop("credit", None)
    fields.pop("deposit", None)
    return sum(credits.values(), ZERO) + sum(change.deposits.values(), ZERO)


def _deposits_named(site: Site, change: Change, header: Header) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in _chosen(change, "deposit"):
        deposit = site.document(str(row.get("doc", "")))
        if deposit is None or deposit.kind != "deposit" or deposit.party != header.party:
            no_match("deposit", str(row.get("doc", "")), None)
        if deposit.currency != header.currency.code:
            no_match("deposit", deposit.id, None)
        amount = header.currency.round(row.get("amount", deposit.open))
        if amount <= 0 or amount > deposit.open:
            user_error(f"The amount {amount} exceeds what is left of the deposit, {deposit.open}.")
        found[deposit.id] = amount
    return found


def _share_out(site: Site, change: Change, header: Header, account: str, beside: Decimal) -> None:
    """Let the credits and deposits pay first, in their order, and leave the rest of each invoice to the payment."""
    if not beside:
        return
    due = dict(change.applied)
    plan: dict[str, dict[str, Decimal]] = {}
    sources = {id: rows[""] for id, rows in change.credits.items()} | change.deposits
    for source, amount in sources.items():
        rest = amount
        for target in due:
            part = min(due[target], rest)
            if part > 0:
                plan.setdefault(source, {})[target] = part
                due[target] -= part
                rest -= part
        if rest and source in change.deposits:
            user_error("A deposit must be applied to an invoice.")
    change.credits = plan
    change.fields["apply"] = [
        {**row, "amount": due[str(row["doc"])]} for row in change.fields["apply"] if due[str(row["doc"])] > 0
    ]
    change.fields["autoApply"] = False
