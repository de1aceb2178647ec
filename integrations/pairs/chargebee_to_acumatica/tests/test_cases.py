"""The life-cycle cases of this pair: the story of each file leaves exactly the ledger that it names."""

import re
from pathlib import Path

import pytest
import yaml

from integrations.engine.tests.casebook import cases, play
from integrations.engine.tests.harness import sandbox

FOLDER = Path(__file__).parent / "cases"
OPENING = yaml.safe_load((FOLDER / "opening.yml").read_text())


@pytest.mark.parametrize("case", cases(FOLDER), ids=lambda case: case.stem)
def test_it_books_what_the_case_says(live_db, settings, case):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        outcome = play(case, "chargebee_to_acumatica", box, OPENING)
    assert outcome.stands == outcome.wanted


def test_its_list_names_every_case():
    named = re.findall(r"`(\w+)`", (FOLDER / "README.md").read_text())
    assert sorted(set(named)) == [case.stem for case in cases(FOLDER)]
