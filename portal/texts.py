"""Renders our own Markdown: guides inside a card, and whole pages with headings that can be linked to."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

QUESTIONS = "questions"
DESCRIPTION_LENGTH = 160

# Gives where a link or a picture of a text leads on this site, or None where its target is not published.
Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading of a page, for a list of contents."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands under one second-level heading."""

    id: str
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with its answer, for readers and for search engines."""

    question: str
    html: SafeString
    plain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A Markdown file as a page: its title, its first paragraph, and the rest."""

    title: str
    lead: str
    html: SafeString
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]

    @property
    def description(self) -> str:
        """Give the first paragraph, cut at a word where a search engine would cut it."""
        return shortened(self.lead)


def shortened(text: str, length: int = DESCRIPTION_LENGTH) -> str:
    """Cut a text at a word."""
    return text if len(text) <= length else f"{text[: length - 1].rsplit(' ', 1)[0].rstrip(',;:.')}…"


def read_page(path: Path, resolve: Resolve | None = None) -> Page:
    """Read a Markdown file as a page. `resolve` is asked about every link to another file."""
    return page_of(path.read_text(), resolve)


@lru_cache(maxsize=128)
def page_of(text: str, resolve: Resolve | None = None) -> Page:
    """Render a text as a page; the same text is rendered once."""
    title, rest = _titled(text)
    lead, body = _led(rest)
    tokens = _page_parser().parse(body)
    headings = tuple(_prepare(tokens, resolve or _keep))
    sections = tuple(_sections(body, resolve or _keep))
    return Page(
        title=title,
        lead=plain(lead),
        html=_rendered(tokens),
        headings=headings,
        sections=tuple(each for each in sections if each.id != QUESTIONS),
        questions=tuple(_questions(body)),
    )


@lru_cache(maxsize=64)
def markdown_html(text: str) -> SafeString:
    """Render one of our own Markdown texts; headings begin one level further down, for they stand inside a card."""
    return SafeString(_card_parser().render(text))  # the renderer escapes what HTML our files hold


def plain(text: str) -> str:
    """Give a Markdown text without its marks, on one line."""
    children = [child for block in _parser().parse(text) for child in block.children or ()]
    return " ".join("".join(" " if child.type.endswith("break") else child.content for child in children).split())


def _titled(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    return (first[2:].strip(), rest) if first.startswith("# ") else ("", text)


def _led(text: str) -> tuple[str, str]:
    """Split off the first paragraph; a text that begins with something else has none."""
    first, _, rest = text.strip().partition("\n\n")
    return ("", text) if first.startswith(("#", "|", "-", "```")) else (first, rest)


def _sections(body: str, resolve: Resolve) -> Iterator[Section]:
    for part in re.split(r"^## ", body, flags=re.M)[1:]:
        title, _, text = part.partition("\n")
        tokens = _page_parser().parse(text)
        list(_prepare(tokens, resolve))
        yield Section(id=slugify(title), title=plain(title), html=_rendered(tokens))


def _questions(body: str) -> Iterator[Question]:
    """Read the paragraphs **Question?** Answer of the section of that name."""
    for part in re.split(r"^## ", body, flags=re.M)[1:]:
        title, _, text = part.partition("\n")
        if slugify(title) == QUESTIONS:
            for paragraph in re.split(r"\n\n(?=\*\*)", text.strip()):
                asked, _, answer = paragraph.removeprefix("**").partition("**")
                yield Question(question=plain(asked), html=markdown_html(answer.strip()), plain=plain(answer))


# Parsers


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    parser.add_render_rule("fence", _block_of_code)
    parser.add_render_rule("code_block", _block_of_code)
    return parser


@lru_cache(maxsize=1)
def _page_parser() -> MarkdownIt:
    return _parser()


@lru_cache(maxsize=1)
def _card_parser() -> MarkdownIt:
    parser = _parser()
    parser.add_render_rule("heading_open", _lower_heading)
    parser.add_render_rule("heading_close", _lower_heading)
    parser.add_render_rule("link_open", _open_link)
    return parser


def _rendered(tokens: Sequence[Token]) -> SafeString:
    parser = _page_parser()
    return SafeString(parser.renderer.render(tokens, parser.options, {}))  # escapes what HTML our files hold


def _keep(href: str) -> str | None:
    return href


def _prepare(tokens: Sequence[Token], resolve: Resolve) -> Iterator[Heading]:
    """Give headings an id and links their place on this site; yields the headings."""
    taken: set[str] = set()
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            text = plain(tokens[position + 1].content)
            token.attrs["id"] = _free_id(slugify(text) or "section", taken)
            yield Heading(level=int(token.tag[1]), id=str(token.attrs["id"]), text=text)
        _relink(token.children or (), resolve)


def _free_id(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    found = wanted if wanted not in taken else next(each for each in numbered if each not in taken)
    taken.add(found)
    return found


def _relink(children: Sequence[Token], resolve: Resolve) -> None:
    is_dropped = False
    for child in children:
        if child.type == "image":
            child.attrs["src"] = resolve(str(child.attrs["src"])) or ""
            child.attrs["loading"] = "lazy"
        if child.type == "link_open":
            target = resolve(str(child.attrs["href"]))
            is_dropped = target is None
            child.attrs["href"] = target or ""
        if is_dropped and child.type in ("link_open", "link_close"):
            is_dropped = child.type == "link_open"
            child.type, child.content = "text", ""


def _lower_heading(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    token = tokens[position]
    level = min(int(token.tag[1]) + 1, 6)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def _open_table(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    return '<div class="table-wrap" tabindex="0"><table class="table">\n'


def _close_table(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    return "</table></div>\n"


def _block_of_code(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    """Let the keyboard reach a block that may be wider than the page."""
    return f'<pre tabindex="0"><code>{html.escape(tokens[position].content)}</code></pre>\n'


def _open_link(renderer: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    """Open other sites in a tab of their own, so that a half-filled form is not lost."""
    href = html.escape(str(tokens[position].attrs.get("href", "")))
    elsewhere = ' target="_blank" rel="noopener noreferrer"' if href.startswith("http") else ""
    return f'<a href="{href}"{elsewhere}>'
