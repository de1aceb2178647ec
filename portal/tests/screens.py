"""A company with something on every screen, its addresses, and secrets planted where none may show."""

import json
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from audit.models import Attempt, ConfigChange, Run, Seal
from audit.record import (
    Answer,
    Closing,
    Opening,
    close_attempts,
    close_run,
    open_attempts,
    open_run,
    save_answers,
    save_progress,
)
from integrations.engine import syncs
from integrations.engine.reconcile.report import Difference, Line, PeriodReport, Total
from integrations.engine.reconcile.signing import save_report
from integrations.engine.tests.builders import make_connection
from integrations.models import (
    Action,
    ApprovalRequest,
    Connection,
    InboxEvent,
    Link,
    Ping,
    Problem,
    Reconciliation,
    Sync,
    SyncRecord,
)
from mappings.models import Mapping, ValueMap
from portal.models import ApiToken, Membership, Role, Tenant, User
from portal.notifications.kinds import Kind
from portal.notifications.models import Channel, Message
from portal.permissions import Ability
from portal.tests import databases
from portal.tests.people import client_of, join, make_tenant, make_user
from portal.tokens import make_token

ACTOR = "owner@acme.example"
API_KEY, HOOK_USER, HOOK_WORD, HOOK_TOKEN, PRIVATE_KEY, DRAFT_KEY, ANSWER_TOKEN = (
    f"planted-{word}" for word in ("api-key", "hook-user", "hook-word", "hook-token", "private-key", "draft", "answer")
)
CHANNEL_URL, CHANNEL_KEY = "planted-channel-url", "planted-channel-key"
PLANTED = (
    API_KEY, HOOK_USER, HOOK_WORD, HOOK_TOKEN, PRIVATE_KEY, DRAFT_KEY, ANSWER_TOKEN, CHANNEL_URL, CHANNEL_KEY,
)  # fmt: skip

FAILED_STEPS = [
    {"slug": "resolve", "label": "Find acme.chargebee.com", "ok": True, "ms": 3, "detail": "", "code": "", "fix": ""},
    {
        "slug": "sign_in",
        "label": "Sign in",
        "ok": False,
        "ms": 120,
        "detail": "The API key is refused.",
        "code": "chargebee_wrong_key",
        "fix": "Copy a read-only key.",
    },
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One row of everything."""

    tenant: Tenant
    owner: User
    source: Connection
    target: Connection
    sync: Sync
    problem: Problem
    record: SyncRecord
    run: Run
    reconciliation: Reconciliation
    token: ApiToken
    channel: Channel

    def client(self, role: Role = Role.OWNER):
        """Give a browser signed in with a role here."""
        if role == Role.OWNER:
            return client_of(self.owner, tenant=self.tenant)
        return client_of(join(self.tenant, role).user, tenant=self.tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A company as it was just made."""

    company: Company
    rows: databases.Snapshot
    at: datetime

    @property
    def is_fresh(self) -> bool:
        """Tell whether its times could be those of a company made now."""
        return abs(timezone.now() - self.at) < timedelta(minutes=1)


_kept: dict[tuple[str, int], _Kept] = {}


def make_company(name: str = "Acme", *, records: int = 1) -> Company:
    """Make a company with two connections, a sync that is on, a run with attempts, and a record that is held up.

    The first of an empty database is kept for a minute, and put back where a test in a transaction asks for it.
    """
    if not (connection.in_atomic_block and databases.is_empty()):
        return _make_company(name, records)
    kept = _kept.get((name, records))
    if kept and kept.is_fresh:
        databases.put_back(kept.rows)
    else:
        made = _make_company(name, records)
        kept = _kept[name, records] = _Kept(company=made, rows=databases.take_snapshot(), at=timezone.now())
    return deepcopy(kept.company)


def _make_company(name: str, records: int) -> Company:
    owner = make_user(f"owner@{name.lower()}.example")
    tenant = make_tenant(name, owner=owner)
    source, target = _sides(tenant)
    sync = syncs.create_sync(
        tenant_id=tenant.pk,
        pair_slug="chargebee_to_netsuite",
        name="Main sync",
        source=source,
        target=target,
        actor=ACTOR,
    )
    syncs.activate(sync, actor=ACTOR)
    problem = Problem.objects.create(
        tenant=tenant,
        sync=sync,
        code="no_mapping",
        field="item",
        value="setup-fee",
        message="Invoice INV-1: no item mapped for 'setup-fee'. Add it under Mappings > Items.",
        records=1,
        money={"EUR": "18240.5"},
    )
    held = [_record(sync, problem, number) for number in range(records)]
    run = _run(sync, held)
    return Company(
        tenant=tenant,
        owner=owner,
        source=source,
        target=target,
        sync=sync,
        problem=problem,
        record=held[0],
        run=run,
        reconciliation=_reconciliation(sync, held),
        token=_token(owner, tenant),
        channel=_channel(tenant),
    )


def _channel(tenant: Tenant) -> Channel:
    made = Channel.objects.create(
        tenant=tenant,
        medium="webhook",
        name=f"A program of {tenant.name}",
        kinds=[kind.value for kind in Kind],
        host="hooks.acme.invalid",
        secrets={"url": f"https://hooks.acme.invalid/{CHANNEL_URL}", "key": CHANNEL_KEY},
    )
    Message.objects.create(tenant=tenant, channel=made, mode="test", state="sent")
    return made


def _token(owner: User, tenant: Tenant) -> ApiToken:
    maker = Membership.objects.get(user=owner, tenant=tenant)
    return make_token(maker=maker, name="Month-end script", role=Role.ADMIN, days=30)[0]


def _reconciliation(sync: Sync, held: list[SyncRecord]) -> Reconciliation:
    """Keep the report of a month in which each held record is missing from the target."""
    missing = [
        Difference(
            kind="missing",
            flow="invoices",
            id=record.natural_key,
            label=record.label,
            currency="EUR",
            action="Map the item, then replay it.",
            source=Decimal("1230.50"),
            detail=f"{record.label} is not in Oracle NetSuite.",
            heal="replay",
            record_id=record.pk,
            day=record.document_date,
        )
        for record in held
    ]
    total = Total(n=len(held), total=Decimal("1230.50") * len(held))
    line = Line(kind="invoices", label="Invoices", currency="EUR", source=total, trail=Total(), target=Total())
    report = PeriodReport(
        start=date(2026, 11, 1), end=date(2026, 11, 30), lines=(line,), differences=tuple(missing), remarks=()
    )
    return save_report(sync, report, actor=ACTOR)


def _sides(tenant: Tenant) -> tuple[Connection, Connection]:
    source = make_connection(
        tenant,
        "chargebee",
        name="Chargebee side",
        fingerprint=f"chargebee:{tenant.pk}",
        environment="sandbox",
        values={"site": "acme-test", "region": "us", "requests_per_minute": "150"},
        credentials={"api_key": API_KEY},
        inbound_secrets={"webhook_username": HOOK_USER, "webhook_password": HOOK_WORD},
        webhook_token=f"{HOOK_TOKEN}-{tenant.pk}",
    )
    target = make_connection(
        tenant,
        "netsuite",
        name="NetSuite side",
        fingerprint=f"netsuite:{tenant.pk}",
        environment="sandbox",
        values={
            "account_id": "1234567_SB1",
            "algorithm": "PS256",
            "concurrency": "2",
            "certificate_pem": "-----BEGIN X",
        },
        credentials={"private_key_pem": PRIVATE_KEY},
    )
    Ping.objects.create(tenant=tenant, connection=source, ok=False, steps=FAILED_STEPS)
    InboxEvent.objects.create(tenant=tenant, connection=source, event_id="ev_1", event_type="invoice_generated")
    return Connection.objects.get(pk=source.pk), Connection.objects.get(pk=target.pk)


def _record(sync: Sync, problem: Problem, number: int) -> SyncRecord:
    record = SyncRecord.objects.create(
        tenant=sync.tenant,
        sync=sync,
        source_identity=sync.source_identity,
        target_identity=sync.target_identity,
        flow="invoices",
        natural_key=f"inv_{number}",
        label=f"Invoice INV-{number}",
        state="parked",
        code="no_mapping",
        reason="No item is mapped for 'setup-fee'.",
        problem=problem,
        amount=Decimal("1230.50"),
        currency="EUR",
        document_date=date(2026, 11, 20),
        waits_for=["customers:cus_1"],
    )
    Link.objects.create(
        tenant=sync.tenant,
        source_identity=sync.source_identity,
        target_identity=sync.target_identity,
        flow="invoices",
        natural_key=record.natural_key,
        reference=f"CB-{record.natural_key}",
        external_id=f"88{number}",
        source_version="v1",
    )
    return record


def _run(sync: Sync, records: list[SyncRecord]) -> Run:
    run = open_run(tenant_id=sync.tenant_id, sync_id=sync.pk, pair=sync.pair, trigger="manual", fence=1, actor=ACTOR)
    ids = open_attempts(run=run, openings=[opening(record) for record in records])
    answer = json.dumps({"status": 204, "access_token": ANSWER_TOKEN})
    save_answers([Answer(attempt_id=each, external_id="881", answer=answer) for each in ids])
    close_attempts([Closing(attempt_id=each, outcome="rejected", code="x", message="Invalid item.") for each in ids])
    save_progress(run, {"invoices": {"parked": len(records), "delivered": 1}})
    close_run(run, state=Run.State.DONE)
    return run


def opening(record: SyncRecord) -> Opening:
    """Give what an attempt at a record is opened with."""
    draft = {"then": "", "payload": {"total": 1230.5, "apiKey": DRAFT_KEY}, "facts": {"total": "1230.50"}}
    return Opening(
        record_id=record.pk,
        flow=record.flow,
        natural_key=record.natural_key,
        operation="create",
        revision=1,
        reference=f"CB-{record.natural_key}",
        idempotency_key="k" * 64,
        source_version="v1",
        mapping_version=1,
        draft=json.dumps(draft),
    )


# Addresses


def lists() -> dict[str, tuple[str, Ability]]:
    """Give the pages that belong to no single object, by URL name, with the ability they ask for."""
    return {
        "dashboard": ("/home/", Ability.VIEW),
        "connection_list": ("/connections/", Ability.VIEW),
        "connection_create": ("/connections/add/", Ability.CONFIGURE),
        "connection_create_system": ("/connections/add/netsuite/", Ability.CONFIGURE),
        "sync_list": ("/syncs/", Ability.VIEW),
        "sync_create": ("/syncs/add/", Ability.CONFIGURE),
        "sync_create_pair": ("/syncs/add/chargebee_to_netsuite/", Ability.CONFIGURE),
        "mapping_list": ("/mappings/", Ability.VIEW),
        "run_list": ("/runs/", Ability.VIEW),
        "record_list": ("/records/", Ability.VIEW),
        "problem_list": ("/problems/", Ability.VIEW),
        "record_export": ("/records/export/", Ability.EXPORT),
        "trail_export": ("/trail/export/", Ability.EXPORT),
        "notification_list": ("/notifications/", Ability.VIEW),
        "channel_create": ("/notifications/add/webhook/", Ability.MANAGE),
        "reconciliation_list": ("/reconciliation/", Ability.VIEW),
        "reconciliation_live": ("/reconciliation/live/", Ability.VIEW),
        "token_list": ("/tokens/", Ability.VIEW),
        "retention": ("/retention/", Ability.VIEW),
        "approval_list": ("/approvals/", Ability.VIEW),
        "approval_rule": ("/two-person-rule/", Ability.VIEW),
    }


def objects(of: Company) -> dict[str, tuple[str, Ability]]:
    """Give the pages of a company's own objects, by URL name."""
    sync, run = f"/syncs/{of.sync.pk}", f"/runs/{of.run.pk}"
    return {
        "connection_detail": (f"/connections/{of.source.pk}/", Ability.VIEW),
        "connection_edit": (f"/connections/{of.target.pk}/edit/", Ability.CONFIGURE),
        "sync_detail": (f"{sync}/", Ability.VIEW),
        "sync_live": (f"{sync}/live/", Ability.VIEW),
        "sync_edit": (f"{sync}/settings/", Ability.CONFIGURE),
        "sync_backfill": (f"{sync}/backfill/?start=2026-01-01&end=2026-01-31", Ability.VIEW),
        "mapping_detail": (f"{sync}/mappings/invoices/", Ability.VIEW),
        "mapping_edit": (f"{sync}/mappings/invoices/edit/", Ability.MAP),
        "mapping_compare": (f"{sync}/mappings/invoices/compare/?from=1&to=1", Ability.VIEW),
        "mapping_row": (f"{sync}/mappings/invoices/row/", Ability.MAP),
        "mapping_filter": (f"{sync}/mappings/invoices/filter/", Ability.MAP),
        "value_map": (f"{sync}/maps/items/", Ability.VIEW),
        "value_maps_changed": (f"{sync}/changed-maps/", Ability.VIEW),
        "value_map_add": (f"{sync}/add-map/", Ability.MAP),
        "value_map_export": (f"{sync}/maps/items/export/", Ability.VIEW),
        "value_map_import": (f"{sync}/maps/items/import/", Ability.MAP),
        "sync_coverage": (f"{sync}/coverage/", Ability.VIEW),
        "sync_preview": (f"{sync}/preview/", Ability.VIEW),
        "sync_rehearsal": (f"{sync}/rehearsal/", Ability.VIEW),
        "sync_prove": (f"{sync}/prove/", Ability.VIEW),
        "sync_proof": (f"{sync}/proof/", Ability.VIEW),
        "rehearsal_payloads": (f"{sync}/rehearsal/payloads/", Ability.EXPORT),
        "sync_configuration": (f"{sync}/configuration/", Ability.CONFIGURE),
        "sync_export": (f"{sync}/configuration/export/", Ability.CONFIGURE),
        "run_detail": (f"{run}/", Ability.VIEW),
        "run_live": (f"{run}/live/", Ability.VIEW),
        "record_detail": (f"/records/{of.record.pk}/", Ability.VIEW),
        "record_undo": (f"/records/{of.record.pk}/undo/", Ability.MAP),
        "run_undo": (f"{run}/undo/", Ability.MAP),
        "day_undo": (f"{sync}/undo/?day=2026-11-20", Ability.MAP),
        "problem_detail": (f"/problems/{of.problem.pk}/", Ability.VIEW),
        "channel_edit": (f"/notifications/{of.channel.pk}/edit/", Ability.MANAGE),
        "reconciliation_detail": (f"/reconciliation/{of.reconciliation.pk}/", Ability.VIEW),
        "reconciliation_print": (f"/reconciliation/{of.reconciliation.pk}/print/", Ability.VIEW),
        "reconciliation_export": (f"/reconciliation/{of.reconciliation.pk}/export/", Ability.EXPORT),
        "approval_detail": (f"/approvals/{approval_of(of).pk}/", Ability.VIEW),
        "approval_ask": (f"/approvals/ask/record/{of.record.pk}/", Ability.VIEW),
    }


def approval_of(of: Company) -> ApprovalRequest:
    """Give the company's request for a second person, by its owner: to have its record tried again."""
    made, _ = ApprovalRequest.objects.get_or_create(
        tenant=of.tenant,
        action=Action.REPLAY,
        kind="replay",
        what={"sync": of.sync.pk, "ids": [of.record.pk]},
        subject=f"replay in sync {of.sync.pk}: record {of.record.pk}",
        digest="0" * 64,
        title=f"Try {of.record} again in {of.sync.name}",
        reason="The item is mapped now.",
        asked_by=of.owner,
        asker=of.owner.email,
        defaults={"lapses_at": timezone.now() + timedelta(days=14)},
    )
    return made


def actions(of: Company) -> dict[str, tuple[str, dict[str, object], Ability]]:
    """Give what may be posted about a company's objects, by URL name."""
    sync = f"/syncs/{of.sync.pk}"
    return {
        "connection_ping": (f"/connections/{of.target.pk}/ping/", {}, Ability.OPERATE),
        "connection_webhook": (f"/connections/{of.source.pk}/webhook/", {}, Ability.CONFIGURE),
        "connection_consent": (f"/connections/{of.source.pk}/consent/", {}, Ability.CONFIGURE),
        "connection_subscribe": (f"/connections/{of.source.pk}/subscribe/", {}, Ability.CONFIGURE),
        "sync_activate": (f"{sync}/on/", {}, Ability.OPERATE),
        "sync_pause": (f"{sync}/pause/", {}, Ability.OPERATE),
        "sync_run": (f"{sync}/run/", {}, Ability.OPERATE),
        "sync_ping": (f"{sync}/ping/", {}, Ability.OPERATE),
        "backfill_step": (f"{sync}/backfill/start/", {}, Ability.MAP),
        "run_cancel": (f"/runs/{of.run.pk}/cancel/", {}, Ability.OPERATE),
        "mapping_publish": (f"{sync}/mappings/invoices/publish/", {"version": "1"}, Ability.MAP),
        "mapping_discard": (f"{sync}/mappings/invoices/discard/", {"version": "1"}, Ability.MAP),
        "mapping_part_remove": (f"{sync}/mappings/invoices/remove/", {"version": "1", "part": "none"}, Ability.MAP),
        "mapping_take": (f"{sync}/mappings/invoices/take/", {"version": "1"}, Ability.MAP),
        "mapping_formula": (f"{sync}/mappings/invoices/formula/", {"version": "1", "formula": "1 + 1"}, Ability.MAP),
        "mapping_fields": (f"{sync}/mappings/invoices/fields/", {"version": "1"}, Ability.MAP),
        "mapping_try": (f"{sync}/mappings/invoices/try/", {"version": "1"}, Ability.MAP),
        "mapping_heal": (f"{sync}/mappings/invoices/heal/", {}, Ability.OPERATE),
        "mapping_roll_back": (f"{sync}/mappings/invoices/roll-back/", {"version": "1"}, Ability.MAP),
        "value_maps_publish": (f"{sync}/publish-maps/", {}, Ability.MAP),
        "coverage_measure": (f"{sync}/coverage/measure/", {}, Ability.OPERATE),
        "coverage_accept": (f"{sync}/coverage/accept/", {}, Ability.MAP),
        "preview_make": (f"{sync}/preview/make/", {"flow": "invoices"}, Ability.OPERATE),
        "preview_accept": (f"{sync}/preview/accept/", {"flow": "invoices"}, Ability.MAP),
        "prove_make": (f"{sync}/prove/make/", {}, Ability.OPERATE),
        "proof_make": (f"{sync}/proof/make/", {}, Ability.OPERATE),
        "rehearsal_make": (f"{sync}/rehearsal/make/", {"start": "2026-01-01", "end": "2026-01-31"}, Ability.OPERATE),
        "value_map_save": (
            f"{sync}/maps/items/save/",
            {"entry-TOTAL_FORMS": "0", "entry-INITIAL_FORMS": "0"},
            Ability.MAP,
        ),
        "token_revoke": (f"/tokens/{of.token.pk}/revoke/", {}, Ability.MANAGE),
        "connection_confirm": (f"/connections/{of.target.pk}/confirm/", {}, Ability.CONFIGURE),
        "sync_archive": (f"{sync}/archive/", {}, Ability.CONFIGURE),
        "record_link": (f"/records/{of.record.pk}/link/", {}, Ability.MAP),
        "record_post_anew": (f"/records/{of.record.pk}/post-anew/", {}, Ability.MAP),
        "record_period": (f"/records/{of.record.pk}/period/", {"choice": "hold"}, Ability.MAP),
        "record_accept": (f"/records/{of.record.pk}/accept/", {"reason": "Agreed."}, Ability.MAP),
        "record_skip": (f"/records/{of.record.pk}/skip/", {"reason": "Not ours."}, Ability.OPERATE),
        "record_replay": (f"/records/{of.record.pk}/replay/", {}, Ability.OPERATE),
        "problem_retry": (f"/problems/{of.problem.pk}/retry/", {}, Ability.OPERATE),
        "problem_assign": (f"/problems/{of.problem.pk}/assign/", {"assignee": ""}, Ability.OPERATE),
        "problem_comment": (f"/problems/{of.problem.pk}/comment/", {"text": "Asked AR."}, Ability.OPERATE),
        "problem_period": (f"/problems/{of.problem.pk}/period/", {"choice": "hold"}, Ability.MAP),
        "problem_skip": (f"/problems/{of.problem.pk}/skip/", {"reason": "Not ours."}, Ability.OPERATE),
        "channel_test": (f"/notifications/{of.channel.pk}/test/", {}, Ability.MANAGE),
        "channel_pause": (f"/notifications/{of.channel.pk}/pause/", {}, Ability.MANAGE),
        "channel_key": (f"/notifications/{of.channel.pk}/key/", {}, Ability.MANAGE),
        "channel_delete": (f"/notifications/{of.channel.pk}/delete/", {}, Ability.MANAGE),
        "reconciliation_start": ("/reconciliation/start/", {"sync": of.sync.pk}, Ability.OPERATE),
        "reconciliation_explain": (f"/reconciliation/{of.reconciliation.pk}/explain/", {}, Ability.MAP),
        "reconciliation_heal": (f"/reconciliation/{of.reconciliation.pk}/heal/", {}, Ability.MAP),
        "reconciliation_sign": (f"/reconciliation/{of.reconciliation.pk}/sign/", {}, Ability.MAP),
        "approval_withdraw": (f"/approvals/{approval_of(of).pk}/withdraw/", {}, Ability.VIEW),
        "approval_decline": (f"/approvals/{approval_of(of).pk}/decline/", {"reason": "No."}, Ability.OPERATE),
        "approval_approve": (f"/approvals/{approval_of(of).pk}/approve/", {}, Ability.OPERATE),
    }


def admin_pages(of: Company) -> list[str]:
    """Give the pages of the staff's admin about a company's rows."""
    rows = [
        of.source, of.target, of.sync, of.run, of.record, of.problem, of.tenant, of.owner,
        Attempt.objects.filter(run=of.run).first(), Link.objects.filter(tenant=of.tenant).first(),
        Ping.objects.filter(tenant=of.tenant).first(), InboxEvent.objects.filter(tenant=of.tenant).first(),
        ConfigChange.objects.filter(tenant=of.tenant).first(), Seal.objects.filter(tenant=of.tenant).first(),
        Mapping.objects.filter(sync_id=of.sync.pk).first(), ValueMap.objects.filter(sync_id=of.sync.pk).first(),
        of.token, of.channel, approval_of(of), Message.objects.filter(tenant=of.tenant).first(),
    ]  # fmt: skip
    names = {(row._meta.app_label, row._meta.model_name) for row in rows}
    changelists = [f"/admin/{app}/{model}/" for app, model in sorted(names)]
    return [*changelists, *(f"/admin/{r._meta.app_label}/{r._meta.model_name}/{r.pk}/change/" for r in rows)]
