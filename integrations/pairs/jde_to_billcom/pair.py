"""Oracle JD Edwards and BILL: the flows in the order in which they need one another, and the policies."""

from datetime import date

from integrations.contracts import Context, Flow, Money, Pair, Record
from integrations.entries import PAYABLES, by_sink, named, of_cash, of_document, of_journal
from integrations.pairs.jde_to_billcom import bills, course, defaults, payments, purchases, sandbox, vendors
from integrations.pairs.jde_to_billcom.policies import POLICIES


def _no_money(record: Record) -> Money | None:
    return None


def _no_date(record: Record, context: Context) -> date | None:
    return None


PAIR = Pair(
    slug="jde_to_billcom",
    name="Oracle JD Edwards and BILL",
    source="jde",
    target="billcom",
    flows=(
        Flow(
            slug="vendors",
            label="Vendors",
            stream="suppliers",
            sink="vendors",
            version=vendors.version,
            verdict=vendors.verdict,
            needs=vendors.needs,
            source=vendors.source,
            draft=vendors.draft,
            money=_no_money,
            document_date=_no_date,
            label_of=vendors.label,
            default_rows=defaults.VENDORS,
            is_document=False,
        ),
        Flow(
            slug="bills",
            label="Bills",
            stream="payables",
            sink="bills",
            beside=("vendor_credits",),
            module="ap",
            version=purchases.version,
            details=purchases.details,
            verdict=purchases.verdict,
            needs=purchases.needs,
            source=bills.source,
            draft=bills.draft,
            amend=bills.amend,
            reverse=bills.reverse,
            money=purchases.money,
            document_date=purchases.document_date,
            open_at=purchases.open_at,
            label_of=purchases.label,
            default_rows=defaults.BILLS,
            default_maps=(defaults.COMPANIES, defaults.ACCOUNTS, defaults.DEPARTMENTS, defaults.LOCATIONS),
            default_filters=defaults.FILTERS,
            sandbox_maps=(sandbox.COMPANY_MAP, sandbox.ACCOUNT_MAP, sandbox.DEPARTMENT_MAP, sandbox.LOCATION_MAP),
        ),
        Flow(
            slug="payments",
            label="Payments",
            stream="settlements",
            sink="settlements",
            reads="target",
            module="ap",
            module_of=payments.posts_in,
            company_of=payments.paying_company,
            version=course.version,
            details=course.details,
            verdict=course.verdict,
            needs=payments.needs,
            source=payments.source,
            draft=payments.draft,
            reverse=payments.reverse,
            money=payments.money,
            document_date=payments.document_date,
            label_of=course.label,
            default_rows=defaults.PAYMENTS,
            default_maps=(defaults.CLEARING, defaults.PAYABLES),
            sandbox_maps=(sandbox.CLEARING_MAP,),
        ),
    ),
    policies=POLICIES,
    entries=by_sink(
        bills=of_document(-1, PAYABLES),
        vendor_credits=of_document(-1, PAYABLES),
        settlements=of_cash(-1, PAYABLES, named("bankAccountId")),
        journal_entries=of_journal,
    ),
)
