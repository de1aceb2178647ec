"""A company under the two-person rule, with four people, and the four actions it holds."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.test import Client

from integrations.approvals.rule import Settings, change_rule
from integrations.mapping_changes import change_draft, save_mapping
from integrations.models import ApprovalRequest, Connection, SyncRecord
from mappings.models import Mapping
from portal.models import Membership, Role
from portal.tests.people import client_of, join
from portal.tests.screens import Company, make_company

ALL = Settings(publish=True, undo=True, identity=True, replay=True, amount=Decimal(1000), currency="EUR")
BECAME = {"name": "Acme Two", "fingerprint": "netsuite:two"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The company, its rule on; the owner asks, `other` is a second owner."""

    company: Company
    other: Membership

    @property
    def asker(self) -> Client:
        """Give the owner's browser."""
        return self.company.client()

    @property
    def approver(self) -> Client:
        """Give the second owner's browser."""
        return client_of(self.other.user, tenant=self.company.tenant)


def open_office(settings: Settings = ALL) -> Office:
    """Make a company with two owners and set its rule."""
    company = make_company()
    other = join(company.tenant, Role.OWNER, "olga@acme.example")
    set_rule(company, settings)
    return Office(company=company, other=other)


def set_rule(company: Company, settings: Settings) -> None:
    """Set a company's rule."""
    change_rule(tenant_id=company.tenant.pk, wanted=settings, actor="owner@acme.example")


def draft_of(company: Company) -> Mapping:
    """Give the newest draft of the invoices' mapping, made where there is none: it leaves the last row out."""
    rows = Mapping.objects.filter(sync_id=company.sync.pk, flow="invoices").order_by("-version")
    if found := rows.filter(status="draft").first():
        return found
    base = rows.get(status="published")
    return save_mapping(mapping=base, actor="owner@acme.example", rows=base.rows[:-1]).mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One of the four: asked for through the pages, done or not, and changed behind its request's back."""

    prepare: Callable[[Company], object]
    url: Callable[[Company], str]
    is_done: Callable[[Company], bool]
    change: Callable[[Company], object]


def _change_draft(company: Company) -> None:
    draft = draft_of(company)
    change_draft(mapping=draft, actor="owner@acme.example", rows=draft.rows[:-1])


def _become(company: Company, became: dict[str, str] = BECAME) -> None:
    Connection.objects.filter(pk=company.target.pk).update(state="changed", became=became)


def _records(company: Company):
    return SyncRecord.objects.filter(pk=company.record.pk)


CASES = {
    "publish": Case(
        prepare=draft_of,
        url=lambda company: f"/approvals/ask/mapping/{draft_of(company).pk}/",
        is_done=lambda company: Mapping.objects.filter(flow="invoices", version=2, status="published").exists(),
        change=_change_draft,
    ),
    "undo": Case(
        prepare=lambda company: None,
        url=lambda company: f"/records/{company.record.pk}/undo/",
        is_done=lambda company: _records(company).filter(decision="undo").exists(),
        change=lambda company: _records(company).update(amount=Decimal("99.00")),
    ),
    "identity": Case(
        prepare=_become,
        url=lambda company: f"/approvals/ask/connection/{company.target.pk}/",
        is_done=lambda company: Connection.objects.get(pk=company.target.pk).state == "new",
        change=lambda company: _become(company, {"name": "Acme Three", "fingerprint": "netsuite:three"}),
    ),
    "replay": Case(
        prepare=lambda company: None,
        url=lambda company: f"/approvals/ask/record/{company.record.pk}/",
        is_done=lambda company: _records(company).filter(state="due").exists(),
        change=lambda company: _records(company).update(amount=Decimal("99999.00")),
    ),
}


def ask(office: Office, case: Case) -> ApprovalRequest:
    """Have the owner ask for it."""
    case.prepare(office.company)
    office.asker.post(case.url(office.company), {"reason": "Month end."})
    return ApprovalRequest.objects.get(state="waiting")
