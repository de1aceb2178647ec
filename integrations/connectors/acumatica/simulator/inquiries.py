"""Inquiry entities, read by PUT with `$expand=Results`: the companies' branches and the accounts' balances."""

from decimal import Decimal
from typing import Any

from integrations.connectors.acumatica.simulator.body import BodyReader, json_of
from integrations.connectors.acumatica.simulator.call import Call
from integrations.connectors.acumatica.simulator.contract import INQUIRIES
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import BASE, Tenant

ZERO = Decimal(0)


def is_inquiry(entity: str) -> bool:
    """Tell whether an entity is an inquiry."""
    return entity in INQUIRIES


def run_inquiry(call: Call) -> dict[str, Any]:
    """Answer an inquiry with its parameters and, if expanded, its result rows."""
    tenant = call.tenant
    body = json_of(call.request) if call.request.body else {}
    sent = BodyReader(call.entity, tenant.offset, tenant.lint, refuses_unknown=False).read(body)
    if call.entity.name == "CompaniesStructure":
        rows, key = _branches(tenant), "Results"
    else:
        rows, key = _balances(tenant, str(sent.values.get("FinPeriodID") or "")), "EnqResult"
    made = Record(id=tenant.uuid(), table="", key=(), fields=dict(sent.values), rows={key: rows}, modified=tenant.now())
    return call.viewer().show(made)


def _branches(tenant: Tenant) -> list[Row]:
    return [
        tenant.row(
            Branch_branchCD=one.key[0],
            BAccount_acctName=one.fields["AcctName"],
            Branch_active=one.fields["Active"],
            Branch_baseCuryID=tenant.base(one.key[0]),
            Branch_countryID="US",
            Organization_organizationCD="MAIN",
            Organization_organizationName=tenant.name,
            Organization_organizationType="With Branches Not Requiring Balancing",
            Organization_active=True,
        )
        for one in tenant.store.of("Branch")
    ]


def _balances(tenant: Tenant, period_id: str) -> list[Row]:
    """Sum each account up to and within a period, in base currency, debits positive."""
    period = tenant.calendar.get(period_id) or tenant.calendar.of(tenant.today())
    sums: dict[str, list[Decimal]] = {}
    for document in tenant.books.documents.values():
        if not document.is_posted or period is None or document.posting_date > period.end:
            continue
        for entry in document.entries:
            total = sums.setdefault(entry.account, [ZERO, ZERO, ZERO])
            if document.posting_date < period.start:
                total[0] += entry.base_debit - entry.base_credit
            else:
                total[1] += entry.base_debit
                total[2] += entry.base_credit
    return [_balance(tenant, account, total) for account, total in sorted(sums.items())]


def _balance(tenant: Tenant, account: str, total: list[Decimal]) -> Row:
    begin, debits, credits_ = total
    sign = 1 if tenant.field("Account", account, "Type") in ("Asset", "Expense") else -1
    return tenant.row(
        AccountCD=account,
        Type=tenant.field("Account", account, "Type"),
        Description=tenant.field("Account", account, "Description"),
        CuryID=BASE,
        SubCD="000000",
        BranchID="MAIN",
        SignBegBalance=sign * begin,
        PtdDebitTotal=debits,
        PtdCreditTotal=credits_,
        PtdSaldo=sign * (debits - credits_),
        SignEndBalance=sign * (begin + debits - credits_),
    )
