"""Facts about refusals: which of them count at once, and which only after another look at the target."""

from types import SimpleNamespace

import pytest

from integrations.contracts import Draft, Facts, Record
from integrations.engine.answers import fail
from integrations.engine.work import Work
from integrations.errors import DuplicateError, RejectedError

DRAFT = Draft(flow="payments", key="p", sink="payments", reference="TXN-p", payload={}, facts=Facts(), external_id="71")
EMPTY = SimpleNamespace(find=lambda drafts: {})


def after(code, error):
    """Refuse what was in its row with such a code; tell the state and code that this leaves."""
    work = Work(record=Record(stream="transactions", key="p", body=None), row=SimpleNamespace(code=code, decision=""))
    work.drafts = (DRAFT,)
    fail(EMPTY, work, error)
    return work.state, work.code


@pytest.mark.parametrize("error", [RejectedError("No.", code="no"), DuplicateError("It stands.", code="no")])
def test_it_parks_what_is_refused(error):
    assert after("", error) == ("parked", "no")


@pytest.mark.parametrize("error", [RejectedError("No.", code="no"), DuplicateError("It stands.", code="no")])
def test_it_looks_once_more_where_a_call_before_had_no_answer(error):
    assert after("sent_again", error) == ("unknown", "refused_after_lost_answer")
    assert after("sent_once_more", error) == ("parked", "no")
