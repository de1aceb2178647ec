"""Who may call what: without a token, as a stranger and as every role, over every operation of the OpenAPI document.

RULES says beside the code what each operation asks for: a new one without a rule fails here.
"""

import pytest

from integrations.engine.configuration import export_sync
from integrations.models import Backfill
from portal.api.tests.kit import call, operations, token_of
from portal.models import Membership, Role
from portal.permissions import Ability, is_allowed
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db
PERIOD = {"start": "2026-10-01", "end": "2026-10-31", "open_items": False}
NOBODY, FILE, REASON = {"assignee": ""}, "(file)", {"reason": "Agreed."}

# method, path: the ability; the id that stands in it, as Company's field; the body
RULES: dict[tuple[str, str], tuple[Ability, str, object]] = {
    ("GET", "/syncs"): (Ability.VIEW, "", None),
    ("GET", "/syncs/{sync_id}"): (Ability.VIEW, "sync", None),
    ("POST", "/syncs/{sync_id}/pause"): (Ability.OPERATE, "sync", None),
    ("POST", "/syncs/{sync_id}/resume"): (Ability.OPERATE, "sync", None),
    ("POST", "/syncs/{sync_id}/runs"): (Ability.OPERATE, "sync", None),
    ("GET", "/syncs/{sync_id}/configuration"): (Ability.CONFIGURE, "sync", None),
    ("POST", "/syncs/{sync_id}/configuration/compare"): (Ability.CONFIGURE, "sync", FILE),
    ("PUT", "/syncs/{sync_id}/configuration"): (Ability.CONFIGURE, "sync", FILE),
    ("GET", "/runs"): (Ability.VIEW, "", None),
    ("GET", "/runs/{run_id}"): (Ability.VIEW, "run", None),
    ("GET", "/runs/{run_id}/attempts"): (Ability.VIEW, "run", None),
    ("POST", "/runs/{run_id}/cancel"): (Ability.OPERATE, "run", None),
    ("GET", "/records"): (Ability.VIEW, "", None),
    ("GET", "/records/{record_id}"): (Ability.VIEW, "record", None),
    ("GET", "/records/{record_id}/timeline"): (Ability.VIEW, "record", None),
    ("POST", "/records/{record_id}/replay"): (Ability.OPERATE, "record", None),
    ("GET", "/problems"): (Ability.VIEW, "", None),
    ("GET", "/problems/{problem_id}"): (Ability.VIEW, "problem", None),
    ("POST", "/problems/{problem_id}/retry"): (Ability.OPERATE, "problem", None),
    ("POST", "/problems/{problem_id}/skip"): (Ability.OPERATE, "problem", REASON),
    ("POST", "/problems/{problem_id}/assign"): (Ability.OPERATE, "problem", NOBODY),
    ("GET", "/reconciliations"): (Ability.VIEW, "", None),
    ("POST", "/reconciliations"): (Ability.OPERATE, "sync", PERIOD),
    ("GET", "/reconciliations/asked/{check_id}"): (Ability.VIEW, "check", None),
    ("GET", "/reconciliations/{reconciliation_id}"): (Ability.VIEW, "reconciliation", None),
    ("POST", "/reconciliations/{reconciliation_id}/explain"): (
        Ability.MAP,
        "reconciliation",
        {"differences": ["invoices:missing:inv_0:"], **REASON},
    ),
    ("POST", "/reconciliations/{reconciliation_id}/sign"): (Ability.MAP, "reconciliation", None),
    ("GET", "/backfills"): (Ability.VIEW, "", None),
    ("POST", "/backfills"): (Ability.MAP, "sync", PERIOD),
    ("GET", "/backfills/{backfill_id}"): (Ability.VIEW, "backfill", None),
    ("POST", "/backfills/{backfill_id}/pause"): (Ability.MAP, "backfill", None),
    ("POST", "/backfills/{backfill_id}/resume"): (Ability.MAP, "backfill", None),
    ("POST", "/backfills/{backfill_id}/end"): (Ability.MAP, "backfill", None),
    ("GET", "/channels"): (Ability.VIEW, "", None),
}
LISTS = [key for key, (_, field, _) in RULES.items() if not field]


@pytest.fixture
def company():
    return make_company()


def held_by(company, field):
    """Give the company's own object that a call is about."""
    if field == "backfill":
        days = {"start": "2026-08-01", "end": "2026-08-31", "records": 1, "asked_by": "x"}
        return Backfill.objects.get_or_create(tenant=company.tenant, sync=company.sync, defaults=days)[0]
    return company.reconciliation if field == "check" else getattr(company, field) if field else None


def pressed(company, token, key):
    """Call one operation about the company's own object; give the answer's status."""
    method, path = key
    _, field, body = RULES[key]
    held = held_by(company, field)
    if body == FILE:
        body = export_sync(company.sync)
    if body is PERIOD:
        body = {**PERIOD, "sync": company.sync.pk}
    where = "/".join(str(held.pk) if part.startswith("{") else part for part in path.split("/"))
    return call(token, method, where, body).status_code


def test_it_has_a_rule_for_every_operation():
    declared = {(method, path.removeprefix("/api/v1")): ability for (method, path), ability in operations().items()}

    assert declared == {key: ability for key, (ability, _, _) in RULES.items()}


@pytest.mark.parametrize("token", ["", "mlc_unknown"])
def test_it_asks_for_a_token(company, token):
    assert {key: pressed(company, token, key) for key in RULES} == dict.fromkeys(RULES, 401)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_it_lets_each_role_do_what_the_screens_let_it_do(company, role):
    token = token_of(company, role)
    refused = {key for key in RULES if pressed(company, token, key) == 403}

    assert refused == {key for key, (ability, _, _) in RULES.items() if not is_allowed(role, ability)}


def test_it_answers_everything_to_an_admin(company):
    token = token_of(company)
    answers = {key: pressed(company, token, key) for key in RULES if key[1] != "/reconciliations/asked/{check_id}"}

    assert {status for status in answers.values() if status not in (200, 202)} <= {409}
    assert [key for key, status in answers.items() if status == 409 and key[0] == "GET"] == []


def test_it_finds_nothing_for_a_stranger(company):
    token = token_of(make_company("Other"))
    found = {key: pressed(company, token, key) for key in RULES if key not in LISTS}

    assert found == dict.fromkeys(found, 404)


def test_it_lists_nothing_to_a_stranger(company):
    token = token_of(make_company("Other"))
    seen = "".join(call(token, *key).content.decode() for key in LISTS)

    assert f'"sync": {company.sync.pk},' not in seen
    assert f'"id": {company.sync.pk},' not in call(token, "GET", "/syncs").content.decode()


def test_it_stops_when_the_maker_leaves(company):
    token = token_of(company)
    Membership.objects.filter(tenant=company.tenant).delete()

    assert call(token, "GET", "/syncs").status_code == 401


def test_it_shrinks_with_the_makers_role(company):
    token = token_of(company)
    Membership.objects.filter(tenant=company.tenant).update(role=Role.VIEWER)

    assert pressed(company, token, ("POST", "/syncs/{sync_id}/pause")) == 403


def test_it_tells_a_suspended_company_so(company):
    token = token_of(company)
    company.tenant.is_suspended = True
    company.tenant.save()

    assert call(token, "GET", "/syncs").json()["code"] == "suspended"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ACCOUNTANT])
def test_it_leaves_the_first_switching_on_to_those_who_configure(company, role):
    company.sync.state = "draft"
    company.sync.save()

    assert pressed(company, token_of(company, role), ("POST", "/syncs/{sync_id}/resume")) == 403
