"""One company with years of work behind it, made in the database itself: attempts, links, runs, problems, periods."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from integrations import registry
from integrations.engine import syncs
from integrations.engine.reconcile.report import Line, PeriodReport, Total
from integrations.engine.reconcile.signing import save_report
from integrations.models import Connection, Sync
from portal.accounts import found_tenant
from portal.models import Tenant, User

PAIR = "chargebee_to_netsuite"
SYNCS = 3  # records, runs and attempts are spread over them
ACTOR = "bench@portal.example"
PERIODS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of what one company has."""

    attempts: int = 1_000_000
    links: int = 50_000
    runs: int = 2_000
    problems: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The company, and where to sign in."""

    tenant: Tenant
    owner: User
    syncs: tuple[Sync, ...]


def make_crowd(size: Size) -> Crowd:
    """Fill an empty database; a minute or so for a million attempts."""
    owner = User.objects.create_user(ACTOR, None)
    EmailAddress.objects.create(user=owner, email=ACTOR, verified=True, primary=True)
    tenant = found_tenant(owner=owner, name="Bench", time_zone="Europe/Berlin")
    made = tuple(_sync(tenant, number) for number in range(SYNCS))
    given: dict[str, Any] = {
        "tenant": tenant.pk,
        "syncs": [sync.pk for sync in made],
        "n_syncs": SYNCS,
        "pair": PAIR,
        "attempts": size.attempts,
        "links": size.links,
        "runs": size.runs,
        "problems": size.problems,
        "connection": made[0].target.pk,
        "source": made[0].source.pk,
    }
    with connection.cursor() as cursor:
        for statement in (_RUNS, _PROBLEMS, _RECORDS, _LINKS, _ATTEMPTS, _CHANGES, _REFERENCES, _INBOX, _PINGS, _HELD):
            cursor.execute(statement, given)
        cursor.execute("VACUUM ANALYZE")
    for number in range(PERIODS):
        save_report(made[0], _period(number), actor=ACTOR)
    return Crowd(tenant=tenant, owner=owner, syncs=made)


def _sync(tenant: Tenant, number: int) -> Sync:
    pair = registry.pair(PAIR)
    source, target = (_side(tenant, slug, number) for slug in (pair.source, pair.target))
    sync = syncs.create_sync(
        tenant_id=tenant.pk, pair_slug=PAIR, name=f"Sync {number}", source=source, target=target, actor=ACTOR
    )
    sync.state, sync.start_date = Sync.State.ACTIVE, date(2020, 1, 1)
    sync.source_identity, sync.target_identity = source.fingerprint, target.fingerprint
    sync.next_run_at = timezone.now() + timedelta(hours=1)
    sync.save()
    return sync


def _side(tenant: Tenant, slug: str, number: int) -> Connection:
    return Connection.objects.create(
        tenant=tenant,
        connector=slug,
        name=f"{slug} {number}",
        environment=Connection.Environment.SANDBOX,
        webhook_token=f"bench-{tenant.pk}-{slug}-{number}",
        state=Connection.State.GOOD,
        fingerprint=f"{slug}:bench-{number}",
        identity={"fingerprint": f"bench-{number}", "name": f"Bench {number}", "base_currency": "EUR"},
    )


def _period(number: int) -> PeriodReport:
    first = date(2024 + number // 12, number % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    total = Total(n=0)
    lines = tuple(
        Line(kind=flow.slug, label=flow.label, currency=currency, source=total, trail=total, target=total)
        for flow in registry.pair(PAIR).flows
        for currency in ("EUR", "USD")
    )
    return PeriodReport(start=first, end=last, lines=lines, differences=(), remarks=())


_RUNS = """
INSERT INTO audit_run (tenant_id, sync_id, pair, trigger, actor, state, fence, started_at, ended_at, progress_at,
                       counts, code, message)
SELECT %(tenant)s, (%(syncs)s::bigint[])[n %% %(n_syncs)s + 1], %(pair)s,
       (ARRAY['schedule', 'webhook', 'manual', 'recovery'])[n %% 4 + 1], '',
       CASE WHEN n %% 50 = 0 AND n < %(runs)s - 20 THEN 'failed' ELSE 'done' END, n,
       now() - (%(runs)s - n) * interval '30 minutes', now() - (%(runs)s - n) * interval '30 minutes' + interval '40 s',
       now() - (%(runs)s - n) * interval '30 minutes',
       CASE WHEN n %% 3 = 0 THEN '{}'::jsonb
            ELSE '{"invoices": {"delivered": 300, "parked": 4}, "payments": {"delivered": 196}}'::jsonb END,
       CASE WHEN n %% 50 = 0 AND n < %(runs)s - 20 THEN 'unavailable' ELSE '' END, ''
FROM generate_series(1, %(runs)s) n
"""

_PROBLEMS = """
INSERT INTO integrations_problem (tenant_id, sync_id, code, field, value, message, records, money, first_seen,
                                  last_seen, healed_at)
SELECT %(tenant)s, (%(syncs)s::bigint[])[n %% %(n_syncs)s + 1],
       (ARRAY['no_mapping', 'different', 'closed_period', 'waits_too_long'])[n %% 4 + 1],
       (ARRAY['item', '', 'posting date', ''])[n %% 4 + 1], 'value ' || n,
       'Invoice INV-' || n || ': this is what stands in the way. Add it under Mappings > Items.', 1 + n %% 7,
       jsonb_build_object((ARRAY['EUR', 'USD', 'JPY'])[n %% 3 + 1], (n * 7.25)::text),
       now() - n * interval '3 hours', now() - n * interval '2 hours',
       CASE WHEN n > %(problems)s / 4 THEN now() - n * interval '1 hour' END
FROM generate_series(1, %(problems)s) n
"""

_FLOW = """CASE WHEN n %% 10 < 5 THEN 'invoices' WHEN n %% 10 < 8 THEN 'payments' WHEN n %% 10 = 8 THEN 'customers'
                WHEN n %% 20 = 9 THEN 'credit_notes' ELSE 'refunds' END"""
_KEY = "CASE WHEN n %% 10 = 8 THEN 'cust_' ELSE 'doc_' END || lpad(n::text, 9, '0')"

_RECORDS = f"""
INSERT INTO integrations_syncrecord (tenant_id, sync_id, source_identity, target_identity, flow, natural_key, label,
    state, source_version, revision, next_operation, waits_for, problem_id, code, reason, amount, currency,
    document_date, wanted_order, seen_order, tries, due_at, created_at, changed_at)
SELECT %(tenant)s, (%(syncs)s::bigint[])[n %% %(n_syncs)s + 1], 'chargebee:bench-' || n %% %(n_syncs)s,
       'netsuite:bench-' || n %% %(n_syncs)s, {_FLOW}, {_KEY},
       CASE WHEN n %% 10 = 8 THEN 'Customer ' || substr(md5(n::text), 1, 8) || ' Ltd'
            ELSE 'Invoice INV-' || lpad(n::text, 7, '0') END,
       CASE WHEN n %% 100 = 1 THEN 'parked' WHEN n %% 100 = 2 THEN 'waiting' WHEN n %% 500 = 3 THEN 'different'
            WHEN n %% 60 = 4 THEN 'skipped' ELSE 'delivered' END,
       md5(n::text), 1, '', '{{}}', NULL, '', '',
       CASE WHEN n %% 10 = 8 THEN NULL ELSE (n %% 9000) + 0.5 END,
       CASE WHEN n %% 10 = 8 THEN '' ELSE (ARRAY['EUR', 'USD', 'JPY'])[n %% 3 + 1] END,
       CASE WHEN n %% 10 = 8 THEN NULL ELSE current_date - (n %% 700) END, n, n, 1, NULL,
       now() - (%(links)s - n) * interval '1 minute', now() - (%(links)s - n) * interval '1 minute'
FROM generate_series(1, %(links)s) n
"""  # noqa: S608 (constants)

_LINKS = f"""
INSERT INTO integrations_link (tenant_id, source_identity, target_identity, flow, natural_key, revision, reference,
    external_id, source_version, facts, is_posted, is_as_drafted, is_ours, created_at, updated_at)
SELECT %(tenant)s, 'chargebee:bench-' || n %% %(n_syncs)s, 'netsuite:bench-' || n %% %(n_syncs)s, {_FLOW}, {_KEY}, 1,
       'CB-REF-' || n, (100000 + n)::text, md5(n::text),
       jsonb_build_object('customer', (100000 + n - n %% 10 + 8)::text, 'total', ((n %% 9000) + 0.5)::text,
                          'currency', (ARRAY['EUR', 'USD', 'JPY'])[n %% 3 + 1]),
       n %% 40 <> 0, true, n %% 30 <> 0, now(), now()
FROM generate_series(1, %(links)s) n
"""  # noqa: S608 (constants)

_ATTEMPTS = """
INSERT INTO audit_attempt (tenant_id, run_id, record_id, flow, natural_key, operation, revision, reference,
    idempotency_key, source_version, mapping_version, draft, answer, external_id, outcome, code, message, opened_at,
    answered_at, closed_at)
SELECT %(tenant)s, r.first + (n - 1) * %(runs)s / %(attempts)s, s.first + n %% %(links)s,
       (ARRAY['invoices', 'payments', 'credit_notes'])[n %% 3 + 1], 'doc_' || lpad((n %% %(links)s)::text, 9, '0'),
       CASE WHEN n %% 6 = 0 THEN 'apply' ELSE 'create' END, 1, 'CB-REF-' || n %% %(links)s, md5(n::text), md5('v' || n),
       1, '{"then": "", "payload": {"memo": "' || repeat(md5(n::text), 12) || '", "total": 120.5}, "facts": {}}',
       '{"status": 204}', (100000 + n %% %(links)s)::text,
       CASE WHEN n %% 40 = 0 THEN 'rejected' ELSE 'delivered' END, '', '',
       now() - (%(attempts)s - n) * interval '3 s', now() - (%(attempts)s - n) * interval '3 s',
       now() - (%(attempts)s - n) * interval '3 s'
FROM generate_series(1::bigint, %(attempts)s) n,
     (SELECT min(id) AS first FROM audit_run) r, (SELECT min(id) AS first FROM integrations_syncrecord) s
"""

_CHANGES = """
INSERT INTO audit_configchange (tenant_id, actor, subject, action, details, at)
SELECT %(tenant)s, 'person' || n %% 9 || '@bench.example', 'sync ' || (%(syncs)s::bigint[])[n %% %(n_syncs)s + 1],
       (ARRAY['changed', 'replayed', 'published a mapping'])[n %% 3 + 1], jsonb_build_object('records', ARRAY[n]),
       now() - n * interval '20 minutes'
FROM generate_series(1, 20000) n
"""

_REFERENCES = """
INSERT INTO integrations_referencevalue (tenant_id, connection_id, kind, code, number, name, is_active, details,
                                         seen_at)
SELECT %(tenant)s, %(connection)s, (ARRAY['account', 'item', 'department'])[n %% 3 + 1], n::text, n::text,
       'Value ' || n, true, '{}', now()
FROM generate_series(1, 6000) n
"""

_INBOX = """
INSERT INTO integrations_inboxevent (tenant_id, connection_id, event_id, event_type, state, received_at, due_at, tries)
SELECT %(tenant)s, %(source)s, 'ev_' || n, 'invoice_generated', CASE WHEN n > 99950 THEN 'new' ELSE 'done' END,
       now() - (100000 - n) * interval '5 minutes', now(), 0
FROM generate_series(1, 100000) n
"""

_PINGS = """
INSERT INTO integrations_ping (tenant_id, connection_id, at, ok, steps)
SELECT %(tenant)s, %(connection)s, now() - n * interval '1 day', true, '[]' FROM generate_series(1, 500) n
"""

_HELD = """
UPDATE integrations_syncrecord r SET problem_id = p.id, code = p.code, reason = p.message
FROM (SELECT id, code, message, row_number() OVER (ORDER BY id) AS number FROM integrations_problem
      WHERE healed_at IS NULL) p
WHERE r.state IN ('parked', 'different') AND r.id %% (SELECT count(*) FROM integrations_problem WHERE healed_at IS NULL)
      = p.number - 1
"""
