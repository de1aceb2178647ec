"""What the public pages say of systems and pairs: all of it from the registry and the folders it found."""

from dataclasses import dataclass

from django.urls import reverse

from integrations import registry
from integrations.contracts import Connector, Flow, Pair
from portal.systems import System, system, systems
from portal.texts import Page, page_of, read_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A pair as the public sees it: its page, both systems and what moves."""

    pair: Pair
    source: System
    target: System
    page: Page

    @property
    def slug(self) -> str:
        """Give its name in addresses."""
        return public_slug(self.pair.slug)

    @property
    def url(self) -> str:
        """Give its address."""
        return reverse("catalogue_pair", args=[self.slug])

    @property
    def title(self) -> str:
        """Give what people call it."""
        return self.page.title or self.pair.name

    @property
    def moves(self) -> list[tuple[Flow, System, System]]:
        """Give its flows with where each is read and where it is booked; a pair may run both ways."""
        return [
            (flow, self.source, self.target) if flow.reads == "source" else (flow, self.target, self.source)
            for flow in self.pair.flows
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A system as the public sees it: what connects to it, and what connecting it takes."""

    system: System
    connector: Connector
    guide: Page | None
    offers: tuple[Offer, ...]

    @property
    def url(self) -> str:
        """Give its address."""
        return reverse("catalogue_system", args=[self.system.slug])

    @property
    def partners(self) -> list[System]:
        """Give the systems it can be joined with, by name."""
        sides = {side.slug: side for offer in self.offers for side in (offer.source, offer.target)}
        sides.pop(self.system.slug, None)
        return sorted(sides.values(), key=lambda each: each.name)


def offers() -> list[Offer]:
    """Give all pairs, by title."""
    return sorted((_offer(pair) for pair in registry.pairs().values()), key=lambda each: each.title)


def listings() -> list[Listing]:
    """Give all systems, by name."""
    all_offers = offers()
    return [_listing(each, all_offers) for each in systems()]


def related(offer: Offer) -> list[Offer]:
    """Give the other pairs that share a system with this one."""
    sides = {offer.pair.source, offer.pair.target}
    return [each for each in offers() if each != offer and sides & {each.pair.source, each.pair.target}]


def public_slug(slug: str) -> str:
    """Write a slug as addresses do: chargebee-to-netsuite."""
    return slug.replace("_", "-")


def _offer(pair: Pair) -> Offer:
    path = registry.folder("pairs", pair.slug) / "page.md"
    page = read_page(path) if path.exists() else page_of(f"# {pair.name}\n")
    return Offer(pair=pair, source=system(pair.source), target=system(pair.target), page=page)


def _listing(shown: System, all_offers: list[Offer]) -> Listing:
    path = registry.folder("connectors", shown.slug) / "guide.md"
    return Listing(
        system=shown,
        connector=registry.connector(shown.slug),
        guide=read_page(path) if path.exists() else None,
        offers=tuple(each for each in all_offers if shown.slug in (each.pair.source, each.pair.target)),
    )
