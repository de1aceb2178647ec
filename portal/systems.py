"""How a system shows itself on a page: its name, its logo or a monogram, and its guide; all from its own folder."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from integrations import registry


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


@lru_cache(maxsize=64)
def markdown_html(text: str) -> SafeString:
    """Render one of our own Markdown texts; headings begin one level further down, for they stand inside a card."""
    return SafeString(_markdown().render(text))  # the renderer escapes what HTML our files hold


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("heading_open", _lower_heading)
    parser.add_render_rule("heading_close", _lower_heading)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    parser.add_render_rule("link_open", _open_link)
    return parser


def _lower_heading(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    token = tokens[position]
    level = min(int(token.tag[1]) + 1, 6)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def _open_table(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    return '<div class="table-wrap" tabindex="0"><table class="table">\n'


def _close_table(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    return "</table></div>\n"


def _open_link(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    """Open other sites in a tab of their own, so that a half-filled form is not lost."""
    href = html.escape(str(tokens[position].attrs.get("href", "")))
    elsewhere = ' target="_blank" rel="noopener noreferrer"' if href.startswith("http") else ""
    return f'<a href="{href}"{elsewhere}>'
