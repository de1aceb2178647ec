"""What the documents point to is there: files, headings, pages of the portal, commands, and paths in the tree."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
TARGET = re.compile(r"`make ([a-z]+)`")
PATH = re.compile(r"`([\w-]+/[\w/.-]+)`")
FOLDERS = ("integrations", "portal", "mappings", "audit", "tests", "docs", "templates", "static")


def documents() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split() if (ROOT / name).exists()]


def headings(document: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def is_there(document: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    if path.startswith("/"):
        return is_page(path)
    target = (document.parent / path) if path else document
    return target.exists() and (not heading or heading in headings(target))


def is_page(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_it_leads_nowhere_that_is_not_there(document):
    links = [link for link in LINK.findall(document.read_text()) if not re.match(r"[a-z]+:", link)]
    assert [link for link in links if not is_there(document, link)] == []


def test_it_names_commands_that_there_are():
    known = {*get_commands(), "help"}
    named = {name for document in documents() for name in COMMAND.findall(document.read_text())}
    assert named - known == set()


def test_it_names_targets_that_make_has():
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for document in documents() for name in TARGET.findall(document.read_text())}
    assert named - known == set()


def test_it_names_folders_and_modules_that_there_are():
    named = {(path, document) for document in documents() for path in PATH.findall(document.read_text())}
    ours = [(path, document) for path, document in named if path.partition("/")[0] in FOLDERS]
    assert [(path, document) for path, document in ours if not stands(path, document)] == []


def stands(path: str, document: Path) -> bool:
    """Tell whether a path is one from the top, or within a package: the document's own, or that of a system or pair."""
    return any((place / path).exists() for place in (ROOT, document.parent, *ROOT.glob("integrations/*/*/")))
