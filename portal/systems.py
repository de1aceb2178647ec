"""How a system shows itself on a page: its name, its logo or a monogram, and its guide; all from its own folder."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.safestring import SafeString

from integrations import registry
from portal.texts import markdown_html


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A connector as pages show it. `has_logo` False: the monogram stands in for it."""

    slug: str
    name: str
    has_logo: bool = False

    @property
    def monogram(self) -> str:
        """Give the initials of the name, at most two: “ON” for Oracle NetSuite."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()


def system(slug: str) -> System:
    """Give a system by its connector's slug; one that is installed no more shows its slug."""
    found = registry.connectors().get(slug)
    name = found.name if found else slug
    return System(slug=slug, name=name, has_logo=found is not None and logo_path(slug).exists())


def systems() -> tuple[System, ...]:
    """Give all systems, by name."""
    return tuple(sorted((system(slug) for slug in registry.connectors()), key=lambda each: each.name))


def logo_path(slug: str) -> Path:
    """Give where a connector's logo lies, or would."""
    return registry.folder("connectors", slug) / "logo.svg"


# Guides


def guide_html(slug: str) -> SafeString:
    """Render a connector's guide without its title; empty where it has none. Raw HTML in it is shown, not obeyed."""
    path = registry.folder("connectors", slug) / "guide.md"
    return _guide(path, path.stat().st_mtime) if path.exists() else SafeString("")


@lru_cache(maxsize=32)
def _guide(path: Path, changed_at: float) -> SafeString:
    """Render once for each state of the file."""
    text = path.read_text()
    first, _, rest = text.partition("\n")
    return markdown_html(rest if first.startswith("# ") else text)
