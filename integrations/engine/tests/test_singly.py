"""What spoils one record's look-up or reading holds that record alone."""

import pytest

from integrations.contracts import Booked, Draft, Facts, Found
from integrations.engine.singly import find_each, look_up, read_each
from integrations.errors import ContractError


def draft(key):
    return Draft(
        flow="invoices", key=key, sink="invoices", operation="create", revision=1, reference=key, payload={},
        facts=Facts(),
    )  # fmt: skip


GOOD, BAD = draft("good"), draft("bad")


class Sink:
    """Knows every document, and stumbles over one."""

    def __init__(self, error):
        self.error = error

    def find(self, drafts):
        return {draft.reference: (self._found(draft, draft.key),) for draft in drafts}

    def read_back(self, booked):
        return {one.draft.reference: self._found(one.draft, one.external_id) for one in booked}

    def _found(self, draft, id):
        if draft is BAD:
            raise self.error
        return Found(external_id=id, reference=draft.reference, facts=draft.facts)


@pytest.mark.parametrize("error", [ContractError("Odd."), KeyError("of ours"), TypeError("of ours")])
def test_it_holds_the_one_record_alone(error):
    hits, faults = find_each(Sink(error), [GOOD, BAD])
    assert (list(hits), list(faults)) == (["good"], ["bad"])
    standing, faults = read_each(Sink(error), [Booked(draft=each, external_id="7") for each in (GOOD, BAD)])
    assert (list(standing), list(faults)) == (["good"], ["bad"])


def test_it_ends_the_run_at_what_concerns_more_than_one_record():
    with pytest.raises(RuntimeError):
        find_each(Sink(RuntimeError("the pool is closed")), [GOOD, BAD])


def test_it_reads_every_document_that_is_named_beside_those_it_finds():
    hits, _ = look_up(Sink(None), [GOOD], {"good": ("good", "7", "8")})
    assert [(hit.external_id, hit.by_reference) for hit in hits["good"]] == [("good", True), ("7", False), ("8", False)]
