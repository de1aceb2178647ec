"""Reads a stream, or the reference data, to its end."""

from collections.abc import Iterator

from integrations.contracts import Session
from tests.conformance.bench import Bench
from tests.conformance.systems import REFERENCE_VALUES


def parts(bench: Bench, session: Session, reading: str) -> Iterator[set]:
    """Read a stream page by page, or the reference data entry by entry; give what identifies what was read."""
    if reading == REFERENCE_VALUES:
        for entry in session.reference_values():
            yield {(entry.kind, entry.code)}
        return
    for page in session.stream(reading).pages(bench.everything()):
        assert page.unreadable == ()
        yield {record.key for record in page.records}


def whole(bench: Bench, session: Session, reading: str) -> set:
    """Read all of it."""
    return set().union(*parts(bench, session, reading))
