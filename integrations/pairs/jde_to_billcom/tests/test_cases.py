"""The casebook of purchases: what must stand in both systems, written by hand from accounting."""

import pytest

from integrations.engine.tests.harness import sandbox
from integrations.pairs.jde_to_billcom.tests.telling import FOLDER, play

pytestmark = pytest.mark.django_db(transaction=True)
CASES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=[path.stem for path in CASES])
def test_it_stands_in_both_systems_as_the_case_says(case):
    with sandbox() as box:
        wanted, stands = play(case, box)
    assert stands == wanted
