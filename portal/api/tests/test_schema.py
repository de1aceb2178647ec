"""The API against its own OpenAPI document: schemathesis makes up calls, and every answer must be as promised.

Good calls are about what the company has, bad ones about made-up ids, so that both answers and refusals are looked at.
"""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from integrations.models import Backfill, Check
from portal.api.tests.kit import token_of
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db
EXAMPLES = settings(
    max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
# Operations with rules that no schema can say: the file must fit the pair, the period must not end before it begins.
MORE_RULES = ("/api/v1/syncs/{sync_id}/configuration", "/api/v1/reconciliations", "/api/v1/backfills")
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.fixture(autouse=True)
def _keep_the_connection():
    """Let requests leave the test's own connection open, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def company(monkeypatch):
    monkeypatch.setattr("portal.api.access.CALLS_A_MINUTE", 1_000_000)
    return make_company()


@pytest.fixture
def token(company):
    return token_of(company)


@pytest.fixture
def ids(company):
    """Give what stands for each id in a path."""
    check = Check.objects.create(tenant=company.tenant, sync=company.sync, kind="reconcile", state="done")
    held = {"sync": company.sync, "run": company.run, "record": company.record, "problem": company.problem}
    days = {"start": "2026-08-01", "end": "2026-08-31", "records": 1}
    backfill = Backfill.objects.create(tenant=company.tenant, sync=company.sync, **days)
    held |= {"reconciliation": company.reconciliation, "check": check, "backfill": backfill}
    return {f"{name}_id": each.pk for name, each in held.items()}


@EXAMPLES
@schema.parametrize()
def test_it_answers_as_its_document_says(case, ids, token):
    if case.meta.generation.mode == GenerationMode.POSITIVE:
        case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
    has_rules = case.operation.path.startswith(MORE_RULES) and case.method != "GET"
    excluded = [positive_data_acceptance] if has_rules else []

    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)
