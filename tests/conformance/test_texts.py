"""For any text: what a sink books and what it finds is the same document, or the record is refused before any call."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.engine.compare import differences
from integrations.errors import MappingError
from integrations.sandbox.conformance import with_value
from tests.conformance.systems import TRIED, name_of, trial_of
from tests.conformance.writing import Ledger

ODD = "aB9 '\"`%_*?#&+/\\|<>[]{}()=,;:.~^-ÄßŁé東🙂\u200b\u00a0\u202e\n\t\x00\x07"
TEXTS = st.text(min_size=1, max_size=300) | st.text(alphabet=st.sampled_from(ODD), min_size=1, max_size=300)
TEXTUAL = [case for case in TRIED if trial_of(*case).texts]
FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def same_or_refused(ledger: Ledger, draft) -> None:
    """Book, find and read back one document; a refusal names its field and comes before any write."""
    writes = ledger.bench.world.traffic[ledger.bench.slug].writes
    refused: MappingError | None = None
    external_id = ""
    try:
        external_id = ledger.book(draft)
    except MappingError as error:
        refused = error
    if refused:
        assert refused.field
        assert ledger.bench.world.traffic[ledger.bench.slug].writes == writes
        return
    assert [(hit.external_id, hit.by_reference) for hit in ledger.found(draft)] == [(external_id, True)]
    assert differences(draft.facts, ledger.stands(draft, external_id).facts) == []


@pytest.mark.parametrize(("slug", "sink"), TEXTUAL, ids=[name_of(case) for case in TEXTUAL])
def test_it_books_the_same_document_or_none_whatever_the_text(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)

    @FEW
    @given(path=st.sampled_from(trial.texts), text=TEXTS)
    def holds(path: str, text: str) -> None:
        draft = with_value(ledger.draft(trial), path, text)
        if path == trial.named:
            draft = replace(draft, facts=replace(draft.facts, name=text))
        same_or_refused(ledger, draft)

    holds()


@pytest.mark.parametrize(("slug", "sink"), TRIED, ids=[name_of(case) for case in TRIED])
def test_it_takes_no_other_record_for_the_same_whatever_its_key(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)

    @FEW
    @given(text=TEXTS)
    def holds(text: str) -> None:
        draft, other = (trial.draft(ledger.ground.kit, f"{text[:290]}{next(ledger.numbers)}") for _ in range(2))
        same_or_refused(ledger, draft)
        assert not any(hit.by_reference for hit in ledger.found(other))

    holds()
