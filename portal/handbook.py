"""The documentation as the site shows it: the files of docs/, connectors' guides and specifications, in groups."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from integrations import registry
from portal.systems import systems
from portal.texts import Page, read_page

GROUPS = (
    ("How it works", ("mapping", "accounting", "architecture", "glossary")),
    ("Running it", ("api", "notifications", "security", "operations", "settings")),
)
PICTURES = "screenshots/"  # below docs/, served as static files under the same name
GUIDES, SPECIFICATIONS, DECISIONS, MORE = "Set-up guides", "What you build or import", "Decisions", "More"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page of the documentation; `slug` is its path below /docs/."""

    slug: str
    group: str
    path: Path

    @property
    def url(self) -> str:
        """Give its address."""
        return reverse("docs_page", args=[self.slug])

    @property
    def page(self) -> Page:
        """Read it; links to what is not published become plain text."""
        return read_page(self.path, _resolver(self.slug))


@lru_cache(maxsize=1)
def entries() -> dict[str, Entry]:
    """Give all pages by slug, in reading order; a new file or connector adds itself."""
    return {each.slug: each for each in (*_guides(), *_specifications(), *_chapters(), *_decisions())}


def grouped() -> list[tuple[str, list[Entry]]]:
    """Give the pages by group, in reading order."""
    names = dict.fromkeys(each.group for each in entries().values())
    return [(name, [each for each in entries().values() if each.group == name]) for name in names]


def guide_slug(connector: str) -> str:
    """Give the slug of a connector's guide."""
    return f"guides/{connector}"


def _guides() -> Iterator[Entry]:
    for each in systems():
        path = registry.folder("connectors", each.slug) / "guide.md"
        if path.exists():
            yield Entry(slug=guide_slug(each.slug), group=GUIDES, path=path)


def _specifications() -> Iterator[Entry]:
    """Give the pages that guides send their readers to: what is to be made on the other side, in `specifications/`."""
    for each in systems():
        for path in sorted((registry.folder("connectors", each.slug) / "specifications").glob("*.md")):
            yield Entry(slug=f"{guide_slug('specifications')}/{path.stem}", group=SPECIFICATIONS, path=path)


def _chapters() -> Iterator[Entry]:
    folder = settings.BASE_DIR / "docs"
    left = {path.stem: path for path in sorted(folder.glob("*.md"))}
    for group, slugs in GROUPS:
        yield from (Entry(slug=slug, group=group, path=left.pop(slug)) for slug in slugs if slug in left)
    yield from (Entry(slug=slug, group=MORE, path=path) for slug, path in left.items())


def _decisions() -> Iterator[Entry]:
    for path in sorted((settings.BASE_DIR / "docs" / "decisions").glob("*.md")):
        yield Entry(slug=f"decisions/{path.stem}", group=DECISIONS, path=path)


@lru_cache(maxsize=128)
def _resolver(slug: str) -> partial[str | None]:
    return partial(_resolve, slug)


def _resolve(slug: str, href: str) -> str | None:
    """Give where a link or a picture in a page leads on this site; None for files that are not published."""
    if href.startswith(("https:", "#", "/")):
        return href
    if href.startswith(PICTURES):
        return static(href)
    path, _, anchor = href.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(slug), path)).removesuffix(".md")
    if target not in entries():
        return None
    return reverse("docs_page", args=[target]) + (f"#{anchor}" if anchor else "")
