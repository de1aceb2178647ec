"""Another system behind a connection, and a looser two-person rule, as things a second person approves."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from integrations.approvals.gate import holds, rule_of
from integrations.approvals.rule import FLAGS, Settings, change_rule, is_looser, rule_deed, settings_of
from integrations.engine.decisions import confirm_identity, identity_deed
from integrations.errors import ConfigurationError
from integrations.models import Action, Connection, Sync
from portal.approvals.wanted import Facts, Wanted
from portal.models import Tenant


def identity_change(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out the confirmation that a connection has become another system (`connection`)."""
    connection = Connection.objects.for_tenant(tenant).filter(pk=what["connection"]).first()
    if connection is None:
        raise Http404("No such connection.")
    if connection.state != Connection.State.CHANGED:
        raise ConfigurationError(f"{connection.name} has not become another system.", code="nothing_to_decide")
    if not connection.became.get("fingerprint"):  # else whatever answers next would be taken
        raise ConfigurationError(f"Ping {connection.name} first: it is not known what answers.", code="not_pinged")
    syncs = Sync.objects.for_tenant(tenant)
    over = sorted({each.name for each in (syncs.filter(source=connection) | syncs.filter(target=connection))})

    def run(actor: str, approval: int) -> str:
        confirm_identity(connection, actor=actor, approval=approval)
        return "Confirmed. Ping it to store what it is now, then switch its syncs on again."

    return Wanted(
        kind="identity",
        deed=identity_deed(connection),
        what={"connection": connection.pk},
        title=f"Let {connection.name} be another system",
        facts=(
            ("Connection", connection.name),
            ("It was", _written(connection.identity.get("name", ""), connection.fingerprint)),
            ("It is now", _written(connection.became.get("name", ""), connection.became.get("fingerprint", ""))),
            ("Syncs over it", ", ".join(over)),
        ),
        url=reverse("connection_detail", args=[connection.pk]),
        template="approvals/facts.html",
        is_held=holds(tenant.pk, Action.IDENTITY),
        run=run,
    )


def _written(name: str, fingerprint: str) -> str:
    return f"{name} ({fingerprint})" if fingerprint else name


def rule_change(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out a change of the two-person rule (`settings`)."""
    before, after = settings_of(rule_of(tenant.pk)), Settings.load(what["settings"])

    def run(actor: str, approval: int) -> str:
        change_rule(tenant_id=tenant.pk, wanted=after, actor=actor, approval=approval)
        return "The two-person rule is as it was asked for."

    return Wanted(
        kind="rule",
        deed=rule_deed(tenant.pk, after),
        what={"settings": after.dumped()},
        title="Loosen the two-person rule",
        facts=_differences(before, after),
        url=reverse("approval_rule"),
        template="approvals/facts.html",
        is_held=is_looser(before, after),
        run=run,
    )


WORDS = {
    "publish": "Publish a mapping",
    "undo": "Undo",
    "identity": "Another system behind a connection",
    "replay": "Replay above an amount",
}


def _differences(before: Settings, after: Settings) -> Facts:
    said = {False: "one person", True: "two people"}
    found = [
        (WORDS[flag], f"{said[getattr(before, flag)]} → {said[getattr(after, flag)]}")
        for flag in FLAGS
        if getattr(before, flag) != getattr(after, flag)
    ]
    was, now = f"{before.amount:,.2f} {before.currency}", f"{after.amount:,.2f} {after.currency}"
    found += [("Amount", f"{was} → {now}")] if was != now else []
    if before.lapse_days != after.lapse_days:
        found.append(("Requests lapse after", f"{before.lapse_days} days → {after.lapse_days} days"))
    return tuple(found)
