"""The guided set-up of a sync: its stages, how far it has come, and the checklist before it is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.urls import NoReverseMatch, reverse

from audit.models import ConfigChange
from integrations import registry
from integrations.engine.rehearsal.readiness import Missing, readiness
from integrations.engine.rehearsal.stored import latest
from integrations.engine.trial.life import refuse_live
from integrations.errors import ConfigurationError
from integrations.models import Check, Connection, InboxEvent, Sync
from mappings.models import Mapping as Version
from portal.queries.syncs import flows_of

State = Literal["done", "current", "todo"]

PING, SETTINGS, MAPPING, PROVE, LIVE = "ping", "settings", "mapping", "prove", "live"
LABELS = {
    PING: "Ping",
    SETTINGS: "Schedule and policies",
    MAPPING: "Mapping",
    PROVE: "Prove it",
    LIVE: "Switch on",
}
CHOSEN, CONNECTED = "Pair", "Both systems"

# Screens that help with the mapping, shown as soon as they are there.
LOOKS = (
    ("sync_coverage", "Coverage", "Which codes of the source have no counterpart yet, and the money they hold up."),
    ("sync_preview", "Preview", "Your own records beside the entries that they would make. Nothing is written."),
    ("sync_rehearsal", "Rehearsal", "A whole month, with its trial balance. Nothing is written."),
    (
        "sync_proof",
        "Mapping proof",
        "Whether every record of the last 12 months resolves, fits and balances. Nothing is written.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the set-up; without a url it cannot be opened yet."""

    label: str
    state: State
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A screen that shows what the mapping would do."""

    label: str
    said: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStanding:
    """How far the mapping of one flow is reviewed; `missing` says what stands against it."""

    slug: str
    label: str
    missing: Missing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the checklist; those that are not needed only help."""

    label: str
    is_done: bool
    said: str
    url: str = ""
    action: str = ""
    is_needed: bool = True


def first_stages(pair_slug: str = "") -> list[Stage]:
    """Give the stages while there is no sync yet: the pair is chosen, then both systems are connected."""
    pair_url = reverse("sync_create")
    ahead = [Stage(label=label, state="todo") for label in LABELS.values()]
    if not pair_slug:
        return [Stage(label=CHOSEN, state="current", url=pair_url), Stage(label=CONNECTED, state="todo"), *ahead]
    url = reverse("sync_create_pair", args=[pair_slug])
    return [
        Stage(label=CHOSEN, state="done", url=pair_url),
        Stage(label=CONNECTED, state="current", url=url),
        *ahead,
    ]


def stages(sync: Sync, current: str) -> list[Stage]:
    """Give all stages of a sync that is being set up; each may be opened at any time."""
    done = standing(sync)
    rest = [
        Stage(
            label=label,
            state="current" if slug == current else "done" if done[slug] else "todo",
            url=reverse("sync_setup_stage", args=[sync.pk, slug]),
        )
        for slug, label in LABELS.items()
    ]
    return [Stage(label=CHOSEN, state="done"), Stage(label=CONNECTED, state="done"), *rest]


def next_stage(sync: Sync) -> str:
    """Give the first stage that is not done: where the set-up goes on."""
    return next((slug for slug, is_done in standing(sync).items() if not is_done), LIVE)


def stage_after(stage: str) -> str:
    """Give the stage that follows one, whether it is done or not: nobody is led past a stage unseen."""
    slugs = list(LABELS)
    return slugs[min(slugs.index(stage) + 1, len(slugs) - 1)]


def standing(sync: Sync) -> Mapping[str, bool]:
    """Tell of each stage whether it is done."""
    return {
        PING: all(works(side) for side in (sync.source, sync.target)),
        SETTINGS: has_chosen(sync),
        MAPPING: not readiness(sync),
        PROVE: is_proven(sync) or bool(why_not_provable(sync)),
        LIVE: sync.state != Sync.State.DRAFT,
    }


def works(connection: Connection) -> bool:
    """Tell whether the last ping was good and nothing changed since."""
    return bool(connection.fingerprint) and connection.state == Connection.State.GOOD


def is_proven(sync: Sync) -> bool:
    """Tell whether the newest proof in the target went well."""
    check = latest(sync, Check.Kind.TRIAL)
    return check is not None and bool(check.report.get("ok"))


def why_not_provable(sync: Sync) -> str:
    """Say why nothing can be proven in this target; empty where it can."""
    try:
        refuse_live(sync)
    except ConfigurationError as refusal:
        return refusal.message
    return ""


def has_chosen(sync: Sync) -> bool:
    """Tell whether somebody has looked at schedule and policies and saved them."""
    changes = ConfigChange.objects.for_tenant(sync.tenant_id)
    return changes.filter(subject=f"sync {sync.pk}", action="changed").exists()


def looks(sync: Sync) -> list[Look]:
    """Give the screens that show what the mapping would do, those that are there."""
    found = []
    for name, label, said in LOOKS:
        try:
            found.append(Look(label=label, said=said, url=reverse(name, args=[sync.pk])))
        except NoReverseMatch:
            continue
    return found


def flow_standings(sync: Sync) -> list[FlowStanding]:
    """Give each flow with what stands against switching it on."""
    missing = {each.flow: each for each in readiness(sync)}
    return [
        FlowStanding(slug=flow.slug, label=flow.label, missing=missing.get(flow.slug)) for flow in flows_of(sync.pair)
    ]


def has_rows(sync: Sync) -> bool:
    """Tell whether any version of a mapping fills anything, published or not."""
    return Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk).exclude(rows=[]).exists()


def checklist(sync: Sync) -> list[Item]:
    """Give what is to be done before the sync is switched on, and what would help; it fills itself."""
    return [
        *(_side(sync, side) for side in (sync.source, sync.target)),
        _chosen(sync),
        _mapped(sync),
        *_proven(sync),
        *_webhook(sync),
    ]


def is_ready(items: list[Item]) -> bool:
    """Tell whether nothing that is needed is left to do."""
    return all(item.is_done for item in items if item.is_needed)


def _side(sync: Sync, side: Connection) -> Item:
    url = reverse("sync_setup_stage", args=[sync.pk, PING])
    if works(side):
        said = f"It answers as {side.identity.get('name', side.name)}".rstrip(".") + "."
        return Item(label=f"{side.name} works", is_done=True, said=said)
    return Item(label=f"{side.name} works", is_done=False, said="It needs a good ping.", url=url, action="Ping it")


def _chosen(sync: Sync) -> Item:
    since = (
        f"Documents since {sync.start_date:%-d %B %Y}." if sync.start_date else "Everything there is, from the start."
    )
    url = reverse("sync_setup_stage", args=[sync.pk, SETTINGS])
    label = "Schedule, start date and policies are chosen"
    return Item(label=label, is_done=has_chosen(sync), said=since, url=url, action="Look at them")


def _mapped(sync: Sync) -> Item:
    missing = readiness(sync)
    url = reverse("sync_setup_stage", args=[sync.pk, MAPPING])
    said = missing[0].said if missing else "Each flow's mapping is published and reviewed."
    return Item(label="The mapping is reviewed", is_done=not missing, said=said, url=url, action="Review it")


def _proven(sync: Sync) -> list[Item]:
    if why_not_provable(sync):
        return []
    is_done = is_proven(sync)
    said = (
        "Booked, checked and reversed to net zero." if is_done else "A few real documents, booked and reversed again."
    )
    url, label = reverse("sync_setup_stage", args=[sync.pk, PROVE]), f"It is proven in {sync.target.name}"
    return [Item(label=label, is_done=is_done, said=said, url=url, action="Prove it", is_needed=False)]


def _webhook(sync: Sync) -> list[Item]:
    connector = registry.connectors().get(sync.source.connector)
    if connector is None or connector.inbound is None or not sync.webhooks_on:
        return []
    heard = InboxEvent.objects.for_tenant(sync.tenant_id).filter(connection=sync.source).exists()
    said = (
        "A first call came in." if heard else f"Set them up in {connector.name}: documents then arrive within seconds."
    )
    url = f"{reverse('connection_detail', args=[sync.source_id])}#webhook"
    label, action = f"{connector.name} calls us by webhook", "Show how"
    return [Item(label=label, is_done=heard, said=said, url=url, action=action, is_needed=False)]
