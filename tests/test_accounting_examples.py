"""The worked examples of docs/accounting.md: each is told to the sandbox, booked by the engine, and must be true."""

import re
from pathlib import Path

import pytest
import yaml

import integrations.pairs
from integrations.engine.tests.casebook import play
from integrations.engine.tests.harness import sandbox

PAGE = Path(__file__).parent.parent / "docs" / "accounting.md"
PAIRS = Path(integrations.pairs.__file__).parent
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: yaml.safe_load(text)["case"][:40])
def test_it_books_what_the_worked_example_says(live_db, settings, tmp_path, example):
    settings.SETTLE_SCALE = 0
    pair = yaml.safe_load(example)["pair"]
    told = tmp_path / "example.yaml"
    told.write_text(example)
    opening = yaml.safe_load((PAIRS / pair / "tests" / "cases" / "opening.yml").read_text())
    with sandbox() as box:
        outcome = play(told, pair, box, opening)
    assert outcome.stands == outcome.wanted


ROW = r"^\| [^|]+ \| `(\w+)/(\w+)` \| `([^`]+)` \| ([^|]+) \|$"  # told in full by the tests of its pair
ROWS = re.findall(ROW, PAGE.read_text(), re.MULTILINE)


@pytest.mark.parametrize(("pair", "case", "reference", "entries"), ROWS)
def test_it_shows_the_entries_of_the_case_that_it_names(pair, case, reference, entries):
    told = yaml.load((PAIRS / pair / "tests" / "cases" / f"{case}.yaml").read_text(), yaml.BaseLoader)
    documents = [one for part in ("ledger", "jde", "billcom") for one in told.get(part, [])]
    shown = [
        one["entries"] for one in documents if reference in (one.get("reference"), one.get("id"), one.get("number"))
    ]
    assert entries.split(", ") in shown


def test_it_has_examples():
    assert len(ROWS) > 35
    assert len(EXAMPLES) >= 3
