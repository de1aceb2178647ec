"""The demo's company: people, sandbox connections and syncs for every pair, made through the portal's own verbs."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from audit.models import Run
from integrations import registry
from integrations.engine import connections, subscriptions, syncs
from integrations.engine.ping import ping
from integrations.models import Connection, Sync, SyncRecord
from integrations.vault import open_inbound
from portal.accounts import found_tenant
from portal.models import Membership, Role, Tenant, User

PASSWORD = "demo-company-sandbox"  # noqa: S105 (opens a demo on loopback only)
PEOPLE = (
    ("owner@demo.example", "Olivia Owner", Role.OWNER),
    ("accountant@demo.example", "Ari Accountant", Role.ACCOUNTANT),
    ("auditor@demo.example", "Audrey Auditor", Role.AUDITOR),
)
STAFF = "support@demo.example"
ACTOR = "Demo set-up"  # as histories name whoever did what nobody of the company did


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The company, its syncs that are on, and those that a person paused."""

    tenant: Tenant
    syncs: tuple[Sync, ...]
    paused: tuple[Sync, ...] = ()


def demo_company(world_id: str, credentials: dict[str, Any]) -> Demo:
    """Give the company that belongs to a sandbox world, made when the world is new. Safe to call again."""
    slug = _slug(world_id)
    tenant = Tenant.objects.filter(slug=slug).first() or _found(slug)
    sides = {
        slug: connect(tenant, slug, values) for slug, values in credentials.items() if slug in registry.connectors()
    }
    made = tuple(
        join(tenant, pair.slug, sides) for pair in registry.pairs().values() if {pair.source, pair.target} <= set(sides)
    )
    on = tuple(sync for sync in made if sync.state == Sync.State.ACTIVE)
    return Demo(tenant=tenant, syncs=on, paused=tuple(sync for sync in made if sync not in on))


def _found(slug: str) -> Tenant:
    """Make the company; people of an earlier demo move into it, and its syncs, whose sandbox is gone, are paused."""
    for left in Sync.objects.filter(tenant__slug__startswith=_slug(""), state=Sync.State.ACTIVE):  # of every company
        syncs.pause(left, actor=ACTOR)
    owner = _person(*PEOPLE[0][:2])
    tenant = found_tenant(owner=owner, name="Demo Company", time_zone="Europe/Berlin")
    tenant.slug = slug
    tenant.save(update_fields=["slug"])
    for email, name, role in PEOPLE:
        person = _person(email, name)
        Membership.objects.filter(user=person).exclude(tenant=tenant).delete()
        Membership.objects.update_or_create(user=person, tenant=tenant, defaults={"role": role})
    _person(STAFF, "Sam Support", is_staff=True)
    return tenant


def _person(email: str, name: str, *, is_staff: bool = False) -> User:
    person = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)
    person.is_staff = person.is_superuser = is_staff
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.update_or_create(user=person, email=email, defaults={"verified": True, "primary": True})
    return person


def connect(tenant: Tenant, slug: str, values: dict[str, Any]) -> Connection:
    """Give a company's connection to a simulator, pinged. Raises RuntimeError where that fails. Safe to call again."""
    name = f"{registry.connector(slug).name} (sandbox)"
    found = Connection.objects.for_tenant(tenant).filter(name=name).first()
    typed = {key: str(value) for key, value in values.items()}
    if found is None:
        found = connections.create_connection(
            tenant_id=tenant.pk, connector_slug=slug, name=name, environment="sandbox", values=typed, actor=ACTOR
        )
    else:  # a sandbox that was restarted has new keys
        connections.change_connection(found, values=typed, actor=ACTOR)
    checked = ping(found, actor=ACTOR)
    if not checked.ok:
        failed = next(step for step in checked.steps if not step["ok"])
        raise RuntimeError(f"{name}: {failed['label']}: {failed['detail']}")
    found.refresh_from_db()
    return found


def join(tenant: Tenant, pair_slug: str, sides: dict[str, Connection]) -> Sync:
    """Give a company's sync of a pair, switched on unless a person paused it. Safe to call again."""
    pair = registry.pair(pair_slug)
    standing = Sync.objects.for_tenant(tenant).filter(pair=pair_slug, trial_of=None)
    found = standing.exclude(state=Sync.State.ARCHIVED).order_by("pk").first()
    if found is None:
        found = syncs.create_sync(
            tenant_id=tenant.pk,
            pair_slug=pair_slug,
            name=pair.name,
            source=sides[pair.source],
            target=sides[pair.target],
            actor=ACTOR,
        )
    if found.state not in (Sync.State.ACTIVE, Sync.State.PAUSED):
        syncs.activate(found, actor=ACTOR)
    return found


def newest_run(world_id: str) -> int:
    """Give the id of the newest run of a world's company; 0 without one, or without a company."""
    runs = Run.objects.filter(tenant__slug=_slug(world_id))
    return runs.order_by("-id").values_list("id", flat=True).first() or 0


def _slug(world_id: str) -> str:
    return f"demo-{world_id}"


def is_told_by_form(sync: Sync) -> bool:
    """Tell whether the source's webhooks are set up by hand in its own settings."""
    connector = registry.connector(sync.source.connector)
    return connector.inbound is not None and not connector.signing_secret


def subscribe(sync: Sync, portal_url: str) -> None:
    """Subscribe to the webhooks of either side that makes subscriptions through its API."""
    for side in (sync.source, sync.target):
        if subscriptions.can_subscribe(side) and not subscriptions.is_subscribed(side):
            subscriptions.subscribe(side, url=f"{portal_url}/hooks/{side.webhook_token}/", actor=ACTOR)


def webhook_of(sync: Sync, portal_url: str) -> dict[str, str]:
    """Give what a source's webhook settings are to be filled with."""
    secrets = open_inbound(sync.source)
    return {
        "url": f"{portal_url}/hooks/{sync.source.webhook_token}/",
        "username": secrets.get("webhook_username", ""),
        "password": secrets.get("webhook_password", ""),
    }


def is_settled(sync: Sync, since: int) -> bool:
    """Tell whether a full run newer than run `since` has ended and nothing is due or under way."""
    runs = Run.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, pk__gt=since)
    full = runs.filter(state=Run.State.DONE, trigger__in=["manual", "schedule", "sweep"]).exists()
    fresh = Sync.objects.for_tenant(sync.tenant_id).get(pk=sync.pk)
    busy = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, state__in=["due", "open", "unknown"])
    return (
        full
        and not fresh.wants_run
        and not busy.filter(due_at__lte=timezone.now()).exists()
        and not busy.filter(state="open").exists()
    )
