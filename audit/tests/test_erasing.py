"""Facts about erasing: the chain holds, only what a sealed change names may go, and nothing else of a row changes."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from audit.erase import erase_payloads
from audit.models import Attempt, ConfigChange, Seal
from audit.record import change_config, open_attempts
from audit.seal import verify
from audit.tests.test_trail import alter, closed_run, opening, run  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db
DRAFT = '{"payload":{"name":"Clara"},"facts":{"name":"Clara","total":"12.30"},"sink":"invoices"}'


def erase(run, ids):  # noqa: F811
    return erase_payloads(tenant_id=run.tenant_id, attempt_ids=ids, actor="retention", why={})


@pytest.fixture
def erased(run):  # noqa: F811
    ids = closed_run(run)
    erase(run, ids[:2])
    return ids


def test_it_erases_payload_and_answer_and_keeps_the_rest(run, erased):  # noqa: F811
    gone, kept = Attempt.objects.get(pk=erased[0]), Attempt.objects.get(pk=erased[2])

    assert (gone.answer, gone.draft) == ("", '{"payload": {"erased_payload": true}}')
    assert (gone.natural_key, gone.external_id, gone.outcome) == ("INV-1", f"T{gone.pk}", "delivered")
    assert (kept.answer, kept.erased_by) == ("{}", None)


def test_it_keeps_facts_without_names(run):  # noqa: F811
    (attempt_id,) = open_attempts(run=run, openings=[opening(1, draft=DRAFT)])
    Attempt.objects.filter(pk=attempt_id).update(outcome="delivered", closed_at=datetime.now(UTC))
    erase(run, [attempt_id])

    assert "Clara" not in Attempt.objects.get(pk=attempt_id).draft
    assert '"total": "12.30"' in Attempt.objects.get(pk=attempt_id).draft


def test_it_leaves_the_chain_whole(run, erased):  # noqa: F811
    assert verify(run.tenant_id) is None
    assert ConfigChange.objects.get(action="erased payloads").details["attempts"] == 2


def test_it_erases_nothing_twice_and_nothing_open(run, erased):  # noqa: F811
    open_ones = open_attempts(run=run, openings=[opening(9)])

    assert erase(run, [*erased[:2], *open_ones]) == 0


def test_it_erases_nothing_of_another_company(run, erased):  # noqa: F811
    assert erase_payloads(tenant_id=run.tenant_id + 1, attempt_ids=erased, actor="x", why={}) == 0


def test_it_leaves_alone_what_was_sealed_over_its_text(run, monkeypatch):  # noqa: F811
    monkeypatch.setattr("audit.seal._SCHEME", 1)
    ids = closed_run(run)
    monkeypatch.undo()

    assert (erase(run, ids), verify(run.tenant_id)) == (0, None)


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE audit_attempt SET external_id = 'X' WHERE natural_key = 'INV-1'", "were altered"),
        ("UPDATE audit_attempt SET draft_digest = md5('x') WHERE natural_key = 'INV-1'", "were altered"),
        ("UPDATE audit_attempt SET draft = '{}' WHERE natural_key = 'INV-1'", "is not what it says"),
        (
            "UPDATE audit_attempt SET draft = '{}', draft_digest = audit_text_digest(draft), "
            "answer_digest = audit_text_digest(answer), erased_by_id = (SELECT max(erased_by_id) FROM audit_attempt) "
            "WHERE natural_key = 'INV-3'",
            "is not what it says",
        ),
        (
            "UPDATE audit_attempt SET draft = '{}', draft_digest = audit_text_digest(draft), "
            "answer_digest = audit_text_digest(answer), erased_by_id = (SELECT min(id) FROM audit_configchange) "
            "WHERE natural_key = 'INV-3'",
            "which it did not",
        ),
    ],
)
def test_it_notices_what_was_erased_or_altered_beside_it(run, sql, what):  # noqa: F811
    change_config(tenant_id=run.tenant_id, actor="a@b.example", subject="sync 1", action="paused")
    ids = closed_run(run)
    erase(run, ids[:2])
    alter(sql.replace("%", "%%"))

    assert what in verify(run.tenant_id).reason


CHANGE = "erased_by_id = (SELECT id FROM audit_configchange WHERE action = 'erased payloads')"
TEXTS = "answer = '', draft = audit_erased_draft(draft)"
DIGESTS = "draft_digest = audit_text_digest(draft), answer_digest = audit_text_digest(answer)"


@pytest.mark.parametrize(
    "sets",
    [
        TEXTS,
        f"{TEXTS}, {CHANGE}",
        f"{TEXTS}, {CHANGE}, draft_digest = 'x', answer_digest = audit_text_digest(answer)",
        f"{TEXTS}, {CHANGE}, {DIGESTS}, outcome = 'rejected'",
        f"answer = '', draft = '{{}}', {CHANGE}, {DIGESTS}",
    ],
)
def test_it_lets_nothing_else_be_changed_on_the_way(run, erased, sets):  # noqa: F811
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_attempt SET {sets} WHERE id = %s", [erased[2]])
    assert Seal.objects.get(run=run).scheme == 2


UNREADABLE = (
    r'{"payload":{"name":"half \ud800 pair"},"facts":{"name":"\udfff","total":"12.30"},"sink":"invoices"}',
    r'{"payload":{"name":"\\\ud83d\u0000"},"facts":{"name":"Clara","total":"12.30"},"sink":"invoices"}',
)


@pytest.mark.parametrize("draft", [*UNREADABLE, "", "no JSON", "[1]", "[" * 9000, '{"payload":1e999999}'])
def test_it_erases_drafts_that_postgresql_cannot_read(run, draft):  # noqa: F811
    (attempt_id,) = open_attempts(run=run, openings=[opening(1, draft=draft)])
    Attempt.objects.filter(pk=attempt_id).update(outcome="delivered", closed_at=datetime.now(UTC))

    assert erase(run, [attempt_id]) == 1
    assert ('"total": "12.30"' in Attempt.objects.get(pk=attempt_id).draft) == (draft in UNREADABLE)
