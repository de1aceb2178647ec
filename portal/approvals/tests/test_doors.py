"""The rule holds in the verbs: no page, program, file or admin goes round it, and amounts are judged strictly."""

import ast
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError

from integrations.approvals.gate import CHANGED, NEEDS_APPROVAL
from integrations.approvals.replays import booking_of, is_above, replay_deed
from integrations.approvals.rule import Settings
from integrations.engine import decisions, syncs
from integrations.engine.configuration import export_sync, import_sync, read_configuration
from integrations.engine.reconcile.heal import heal
from integrations.engine.undo import Scope, undo
from integrations.errors import ConfigurationError
from integrations.mapping_changes import change_map, publish_mapping, publish_maps
from integrations.models import ApprovalRequest, ApprovalRule, Connection, SyncRecord
from mappings.models import Mapping, ValueMap
from mappings.value_maps import Entry
from portal.api.tests.kit import call
from portal.approvals.tests.office import CASES, ask, draft_of, open_office, set_rule
from portal.models import Membership, Role
from portal.queries.reconciliation import reports_of
from portal.tests.people import make_user
from portal.tests.screens import make_company
from portal.tokens import make_token

pytestmark = pytest.mark.django_db
ACTOR = "owner@acme.example"


@pytest.fixture
def office():
    return open_office()


@pytest.fixture
def company(office):
    return office.company


def refused(verb, *args, **kwargs):
    """Tell why a verb refuses."""
    with pytest.raises(ConfigurationError) as caught:
        verb(*args, actor=ACTOR, **kwargs)
    return caught.value.code


def test_it_publishes_no_draft_alone(company):
    assert refused(publish_mapping, mapping=draft_of(company)) == NEEDS_APPROVAL


def test_it_publishes_no_changed_value_map_alone(company):
    kept = ValueMap.objects.get(sync_id=company.sync.pk, name="items")
    change_map(value_map=kept, actor=ACTOR, put=[Entry(keys=("new-item", ""), value="7")])

    assert refused(publish_maps, tenant_id=company.tenant.pk, sync_id=company.sync.pk) == NEEDS_APPROVAL


def test_it_publishes_changed_value_maps_that_another_approves(office):
    kept = ValueMap.objects.get(sync_id=office.company.sync.pk, name="items")
    change_map(value_map=kept, actor=ACTOR, put=[Entry(keys=("new-item", ""), value="7")])
    office.asker.post(f"/approvals/ask/maps/{office.company.sync.pk}/", {"reason": "A new item."})
    office.approver.post(f"/approvals/{ApprovalRequest.objects.get().pk}/approve/")

    assert (
        Mapping.objects.filter(sync_id=office.company.sync.pk, flow="invoices", status="published").get().version == 2
    )


def test_it_undoes_nothing_alone(company):
    assert refused(undo, company.sync, scope=Scope(record_id=company.record.pk), reason="x") == NEEDS_APPROVAL


def test_it_changes_no_identity_alone(company):
    Connection.objects.filter(pk=company.target.pk).update(state="changed")

    assert refused(decisions.confirm_identity, company.target) == NEEDS_APPROVAL


def test_it_replays_nothing_above_the_amount_alone(company):
    assert refused(syncs.replay, company.sync, record_ids=[company.record.pk]) == NEEDS_APPROVAL


def test_it_posts_nothing_beside_a_look_alike_alone(company):
    assert refused(decisions.post_anew, company.record) == NEEDS_APPROVAL


def test_it_heals_nothing_above_the_amount_alone(company):
    report, _ = reports_of(company.reconciliation)

    assert refused(heal, company.sync, report.differences) == NEEDS_APPROVAL


def test_it_asks_for_no_system_that_nobody_knows(office):
    Connection.objects.filter(pk=office.company.target.pk).update(state="changed", became={})
    office.asker.post(CASES["identity"].url(office.company), {"reason": "We moved."})

    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize("way", ["run", "link"])
def test_it_heals_nothing_by_another_way_alone(company, way):
    report, _ = reports_of(company.reconciliation)
    stale = [replace(each, heal=way, record_id=each.record_id if way == "link" else 0) for each in report.differences]

    assert refused(heal, company.sync, stale) == NEEDS_APPROVAL
    assert SyncRecord.objects.get(pk=company.record.pk).state == "parked"


def without_last_row(company):
    """Give a configuration that leaves out the last row of the invoices."""
    wanted = read_configuration(export_sync(company.sync))
    invoices = wanted.flows["invoices"]
    return replace(wanted, flows={**wanted.flows, "invoices": replace(invoices, rows=invoices.rows[:-1])})


def test_it_takes_no_file_over_that_publishes(company):
    assert refused(import_sync, company.sync, without_last_row(company)) == NEEDS_APPROVAL
    assert not Mapping.objects.filter(sync_id=company.sync.pk, version=2).exists()


def test_it_takes_a_file_over_as_drafts(company):
    import_sync(company.sync, without_last_row(company), actor=ACTOR, publishes=False)

    assert Mapping.objects.get(sync_id=company.sync.pk, version=2).status == "draft"


def test_it_begins_a_new_sync_with_drafts(company):
    syncs.create_sync(
        tenant_id=company.tenant.pk,
        pair_slug="chargebee_to_netsuite",
        name="Second",
        source=company.source,
        target=company.target,
        actor=ACTOR,
    )
    made = Mapping.objects.exclude(sync_id=company.sync.pk)

    assert {mapping.status for mapping in made} == {"draft"}
    assert all(mapping.rows for mapping in made)


def token_of(company):
    """Make a token of the owner's."""
    maker = Membership.objects.get(user=company.owner)
    return make_token(maker=maker, name="Script", role=Role.ADMIN, days=30)[1]


def test_it_lets_no_program_replay_above_the_amount(company):
    refusal = call(token_of(company), "POST", f"/records/{company.record.pk}/replay")

    assert (refusal.status_code, refusal.json()["code"]) == (409, NEEDS_APPROVAL)
    assert "second person" in refusal.json()["message"]


def test_it_lets_no_program_publish(company):
    file = export_sync(company.sync)
    last = file.rindex("  - id:")
    refusal = call(token_of(company), "PUT", f"/syncs/{company.sync.pk}/configuration", file[:last])

    assert (refusal.status_code, refusal.json()["code"]) == (409, NEEDS_APPROVAL)


def test_it_lets_support_staff_save_drafts_alone(company, client):
    client.force_login(make_user("staff@portal.example", is_staff=True, is_superuser=True))
    published = Mapping.objects.get(sync_id=company.sync.pk, flow="invoices")
    client.post(f"/admin/mappings/mapping/{published.pk}/change/", {"rows": json.dumps(published.rows[:-1])})

    assert Mapping.objects.get(sync_id=company.sync.pk, flow="invoices", version=2).status == "draft"


@pytest.mark.parametrize("page", ["approvalrule", "approvalrequest"])
def test_it_lets_support_staff_change_neither_rule_nor_requests(office, client, page):
    request = ask(office, CASES["undo"])
    client.force_login(make_user("staff@portal.example", is_staff=True, is_superuser=True))
    row = {"approvalrule": ApprovalRule.objects.get().pk, "approvalrequest": request.pk}[page]

    assert client.get(f"/admin/integrations/{page}/{row}/change/").status_code == 200
    assert client.post(f"/admin/integrations/{page}/{row}/change/", {"state": "done"}).status_code == 403


@pytest.mark.parametrize("granted", ["waiting", "declined", "lapsed", "done"])
def test_it_takes_no_request_that_was_not_granted(office, granted):
    request = ask(office, CASES["replay"])
    values = {"state": granted, "decided_by": office.other.user, "decider": office.other.user.email}
    ApprovalRequest.objects.filter(pk=request.pk).update(**values)
    code = refused(syncs.replay, office.company.sync, record_ids=[office.company.record.pk], approval=request.pk)

    assert code == CHANGED


def test_it_takes_a_grant_for_nothing_else(office):
    request = ask(office, CASES["replay"])
    values = {"state": "granted", "decided_by": office.other.user, "decider": office.other.user.email}
    ApprovalRequest.objects.filter(pk=request.pk).update(**values)

    assert refused(publish_mapping, mapping=draft_of(office.company), approval=request.pk) == CHANGED


def test_it_stores_no_approval_by_who_asked(office):
    request = ask(office, CASES["replay"])
    own = {"state": "done", "decided_by": request.asked_by, "decider": "another@acme.example"}

    with pytest.raises(IntegrityError, match="approval_by_another"):
        ApprovalRequest.objects.filter(pk=request.pk).update(**own)


@pytest.mark.parametrize(
    ("amount", "currency", "above", "is_held"),
    [
        ("1000.00", "EUR", "1000", False),
        ("1000.01", "EUR", "1000", True),
        ("-1000.01", "EUR", "1000", True),
        ("1.00", "USD", "1000", True),
        (None, "", "1000", True),
    ],
)
def test_it_judges_amounts_strictly(company, amount, currency, above, is_held):
    value = Decimal(amount) if amount else None
    SyncRecord.objects.filter(pk=company.record.pk).update(amount=value, currency=currency)
    set_rule(
        company, Settings(replay=True, publish=True, undo=True, identity=True, amount=Decimal(above), currency="EUR")
    )

    assert is_above(company.sync, record_ids=[company.record.pk]) == is_held


def test_it_tells_posting_anew_from_trying_again(company):
    ids = [company.record.pk]
    bookings = booking_of(company.sync, record_ids=ids), booking_of(company.sync, record_ids=(), anew=ids)
    again, anew = (replay_deed(company.sync, booking, way="heal", ids=ids).digest for booking in bookings)

    assert again != anew


@pytest.mark.parametrize("state", ["delivered", "different"])
def test_it_lets_one_person_read_back_what_stands(company, state):
    SyncRecord.objects.filter(pk=company.record.pk).update(state=state)

    assert syncs.replay(company.sync, record_ids=[company.record.pk], actor=ACTOR) == 1


def test_it_adds_up_what_is_replayed_together(company):
    second = SyncRecord.objects.get(pk=company.record.pk)
    second.pk, second.natural_key = None, "inv_other"
    second.save()
    SyncRecord.objects.filter(sync=company.sync).update(amount=Decimal("600.00"))

    assert not is_above(company.sync, record_ids=[company.record.pk])
    assert is_above(company.sync, record_ids=[company.record.pk, second.pk])


def test_it_leaves_companies_without_the_rule_alone():
    company = make_company()

    assert syncs.replay(company.sync, record_ids=[company.record.pk], actor=ACTOR) == 1
    assert publish_mapping(mapping=draft_of(company), actor=ACTOR).status == "published"


def test_it_knows_every_caller_of_what_publishes():
    verbs, callers = {"publish", "publish_first", "publish_map_changes"}, set()
    root = Path(django_settings.BASE_DIR)
    for path in [each for app in ("portal", "integrations", "mappings") for each in (root / app).rglob("*.py")]:
        tree = ast.parse(path.read_text()) if "tests" not in path.parts else ast.Module([], [])
        imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
        names = {alias.name for node in imported if node.module == "mappings.versions" for alias in node.names}
        whole = {alias.name for node in imported if node.module == "mappings" for alias in node.names}
        if names & verbs or "versions" in whole:
            callers.add(str(path.relative_to(root)))

    assert callers == {"integrations/mapping_changes.py", "integrations/engine/syncs.py"}


def test_it_knows_every_caller_of_what_replays_unasked():
    root = Path(django_settings.BASE_DIR)
    files = [
        each for app in ("portal", "integrations") for each in (root / app).rglob("*.py") if "tests" not in each.parts
    ]
    callers = {str(each.relative_to(root)) for each in files if re.search(r"\breplay_unasked\(", each.read_text())}

    assert callers == {"integrations/engine/syncs.py", "integrations/engine/reconcile/heal.py"}


def lead_on(office, url, data=None):
    """Press a button that the rule holds, ask on the page it leads to, and have it approved; give what came of it."""
    page = office.asker.post(url, data or {})["Location"]
    place, _, query = page.partition("?")
    office.asker.post(place, {"reason": "The item is mapped now.", **{k: v[0] for k, v in parse_qs(query).items()}})
    request = ApprovalRequest.objects.get()
    office.approver.post(f"/approvals/{request.pk}/approve/")
    request.refresh_from_db()
    return request.kind, request.state, SyncRecord.objects.get(pk=office.company.record.pk).state


def test_it_leads_on_from_a_problem(office):
    url = f"/problems/{office.company.problem.pk}/retry/"

    assert lead_on(office, url) == ("replay", "done", "due")


def test_it_leads_on_from_a_record(office):
    url = f"/records/{office.company.record.pk}/replay/"

    assert lead_on(office, url) == ("replay", "done", "due")


def test_it_leads_on_from_a_look_alike(office):
    SyncRecord.objects.filter(pk=office.company.record.pk).update(code="possible_duplicate")
    url = f"/records/{office.company.record.pk}/post-anew/"

    assert lead_on(office, url) == ("post-anew", "done", "due")


def test_it_leads_on_from_a_reconciliation(office):
    report, _ = reports_of(office.company.reconciliation)
    url = f"/reconciliation/{office.company.reconciliation.pk}/heal/"

    assert lead_on(office, url, {"difference": report.differences[0].name}) == ("heal", "done", "due")
