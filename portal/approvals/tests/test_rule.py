"""Setting the rule: who may, what a single person is told, and that loosening it needs a second one."""

from decimal import Decimal

import pytest

from integrations.approvals.rule import Settings, is_looser, settings_of
from integrations.models import ApprovalRequest, ApprovalRule, Connection
from portal.approvals.people import eligible_for
from portal.approvals.tests.office import ALL, CASES, ask, open_office
from portal.models import Role
from portal.notifications.models import Event, Message
from portal.notifications.watching import QUICK, watch
from portal.tests.people import client_of, join, make_user
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db
FORM = {
    "publish": "on",
    "undo": "on",
    "identity": "on",
    "replay": "on",
    "amount": "1000",
    "currency": "eur",
    "lapse_days": "14",
}
URL = "/two-person-rule/choose/"


@pytest.fixture
def office():
    return open_office()


def said(company):
    """Give what the company's rule says."""
    return settings_of(ApprovalRule.objects.get(tenant=company.tenant))


@pytest.mark.parametrize("role", list(Role))
def test_it_lets_only_those_who_manage_set_it(role):
    company = make_company()
    join(company.tenant, Role.OWNER, "olga@acme.example")
    client = client_of(join(company.tenant, role, "me@acme.example").user)
    status = client.post(URL, FORM).status_code

    assert status == (302 if role in (Role.OWNER, Role.ADMIN) else 403)
    assert ApprovalRule.objects.exists() == (status == 302)


def test_it_tells_a_single_person_that_everything_would_stand_still():
    company = make_company()
    answer = company.client().post(URL, FORM)

    assert answer.status_code == 422
    assert "nobody could approve it" in answer.content.decode()
    assert not ApprovalRule.objects.exists()
    assert company.client().post(URL, {**FORM, "anyway": "on"}).status_code == 302
    assert said(company) == ALL


@pytest.mark.parametrize(
    ("changes", "looser"),
    [
        ({"publish": False}, True),
        ({"replay": False}, True),
        ({"amount": Decimal("1000.01")}, True),
        ({"currency": "USD"}, True),
        ({"amount": Decimal(0)}, False),
        ({"lapse_days": 3}, False),
    ],
)
def test_it_knows_what_is_looser(changes, looser):
    wanted = {
        "publish": True,
        "undo": True,
        "identity": True,
        "replay": True,
        "amount": Decimal(1000),
        "currency": "EUR",
    }

    assert is_looser(ALL, Settings(**{**wanted, **changes})) == looser


@pytest.mark.parametrize("change", [{"undo": ""}, {"amount": "2000"}, {"currency": "USD"}])
def test_it_loosens_only_with_a_second_person(office, change):
    office.asker.post(URL, {**FORM, **change, "reason": "Too slow."})

    assert said(office.company) == ALL
    request = ApprovalRequest.objects.get()
    office.asker.post(f"/approvals/{request.pk}/approve/")
    assert said(office.company) == ALL
    office.approver.post(f"/approvals/{request.pk}/approve/")
    assert said(office.company) != ALL


def test_it_tightens_at_once(office):
    office.asker.post(URL, {**FORM, "amount": "10"})

    assert said(office.company).amount == 10


def test_it_lets_a_loosening_lapse_where_the_rule_has_changed_since(office):
    office.asker.post(URL, {**FORM, "undo": "", "reason": "Too slow."})
    office.asker.post(URL, {**FORM, "amount": "10"})
    request = ApprovalRequest.objects.get()
    office.approver.post(f"/approvals/{request.pk}/approve/")

    assert (ApprovalRequest.objects.get().state, said(office.company).undo) == ("lapsed", True)


@pytest.mark.parametrize(
    "given", [{"currency": "EURO"}, {"currency": ""}, {"amount": "-1"}, {"amount": ""}, {"lapse_days": "0"}]
)
def test_it_takes_no_other_values(office, given):
    assert office.asker.post(URL, {**FORM, **given}).status_code == 422


def test_it_asks_nobody_of_the_support_staff(office):
    staff = join(office.company.tenant, Role.OWNER, "staff@portal.example").user
    staff.is_staff = True
    staff.save()
    request = ask(office, CASES["undo"])

    assert staff not in eligible_for(office.company.tenant, "undo")
    assert client_of(staff, tenant=office.company.tenant).post(f"/approvals/{request.pk}/approve/").status_code == 403
    assert ApprovalRequest.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("action", "role"), [("publish", Role.OPERATOR), ("undo", Role.AUDITOR), ("identity", Role.ADMIN)]
)
def test_it_lets_only_those_approve_who_may_do_the_thing(office, action, role):
    request = ask(office, CASES[action])
    client = client_of(join(office.company.tenant, role).user, tenant=office.company.tenant)

    assert client.post(f"/approvals/{request.pk}/approve/").status_code == 403
    assert not CASES[action].is_done(office.company)


def test_it_does_nothing_for_who_may_not_ask_any_more(office):
    request = ask(office, CASES["undo"])
    office.company.owner.memberships.update(role=Role.VIEWER)
    office.approver.post(f"/approvals/{request.pk}/approve/")

    assert (ApprovalRequest.objects.get().state, CASES["undo"].is_done(office.company)) == ("lapsed", False)


def test_it_shows_and_approves_nothing_of_another_company(office):
    request = ask(office, CASES["undo"])
    stranger = make_company("Other").client()
    answers = [stranger.get(f"/approvals/{request.pk}/").status_code]
    answers += [
        stranger.post(f"/approvals/{request.pk}/{verb}/").status_code for verb in ("approve", "decline", "withdraw")
    ]

    assert answers == [404] * 4
    assert request.title not in stranger.get("/approvals/").content.decode()
    assert ApprovalRequest.objects.get().state == "waiting"


@pytest.mark.parametrize(
    "place", ["mapping", "maps", "connection", "record", "problem", "healed", "look-alike", "differences"]
)
def test_it_asks_for_nothing_of_another_company(office, place):
    company = office.company
    ids = {"maps": company.sync.pk, "connection": company.target.pk, "problem": company.problem.pk}
    ids |= {"differences": company.reconciliation.pk}
    stranger = make_company("Other").client()

    assert stranger.get(f"/approvals/ask/{place}/{ids.get(place, company.record.pk)}/").status_code == 404
    assert stranger.get("/approvals/ask/nowhere/1/").status_code == 404


def test_it_tells_those_who_may_approve_by_letter(office):
    request = ask(office, CASES["undo"])
    told = watch(office.company.tenant, QUICK)
    letters = Message.objects.filter(tenant=office.company.tenant, channel=None)

    assert f"/approvals/{request.pk}/" in [event.path for event in told]
    assert [letter.recipient for letter in letters] == ["olga@acme.example"]
    office.approver.post(f"/approvals/{request.pk}/approve/")
    watch(office.company.tenant, QUICK)
    assert Event.objects.get(kind="approval").ended_at is not None


def test_it_lets_only_what_was_approved_answer_afterwards(office):
    request = ask(office, CASES["identity"])
    office.approver.post(f"/approvals/{request.pk}/approve/")
    kept = Connection.objects.get(pk=office.company.target.pk)

    assert (kept.fingerprint, kept.became["fingerprint"]) == ("", "netsuite:two")


def test_it_shows_staff_no_door_of_their_own(office, client):
    client.force_login(make_user("staff@portal.example", is_staff=True, is_superuser=True))

    assert client.post(URL, FORM).status_code in (302, 403)
    assert said(office.company) == ALL
