"""The life-cycle cases of this pair: the story of each file leaves exactly the ledger that it names."""

from pathlib import Path

import pytest
import yaml

from integrations.engine.tests.casebook import cases, named_cases, play
from integrations.engine.tests.harness import sandbox

FOLDER = Path(__file__).parent / "cases"
OPENING = yaml.safe_load((FOLDER / "opening.yml").read_text())
POSTING = [{"target": "post"}]  # the customer's own staff post what was booked


@pytest.fixture(scope="module")
def shared_box():
    with sandbox() as box:
        yield box


@pytest.fixture
def box(shared_box):
    """Give the sandbox as it was made: a reset is quicker than another one."""
    shared_box.control.post("/reset")
    return shared_box


def test_it_names_every_case_in_the_table():
    assert named_cases(FOLDER) == {case.stem for case in cases(FOLDER)}


@pytest.mark.parametrize("case", cases(FOLDER), ids=lambda case: case.stem)
def test_it_books_what_the_case_says(live_db, settings, box, case):
    settings.SETTLE_SCALE = 0
    settings.SANDBOX_BASE_PORT = box.base_port
    outcome = play(case, "chargebee_to_jde", box, OPENING, after_sync=POSTING)
    assert outcome.stands == outcome.wanted
