"""For any text: what a sink books is what find finds and what stands, or the record is refused with its field named."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.connectors.acumatica.records import reference
from integrations.connectors.acumatica.tests.client_kit import Bench, book, found, sandbox, stands
from integrations.contracts import Facts
from integrations.errors import MappingError, RejectedError

ODD = st.text(alphabet=st.sampled_from("aB9 '\"%_*?#&+/\\|<>[]{}()=,;:.-ÄßŁ東🙂\u200b\n\t"), min_size=1, max_size=300)
ANY = st.text(min_size=1, max_size=300)
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def session(shared: Bench):
    return shared.session()


def same_or_refused(session, draft, text: str, shown) -> None:
    """Book, find and read back; a refusal must name a field, and comes before any call."""
    refused: list[str] = []
    external_id = ""
    try:
        external_id = book(session, draft)
    except (MappingError, RejectedError) as error:
        refused.append(error.field)
    if refused:
        assert all(refused)
        return
    hits = found(session, draft)[draft.reference]
    assert [hit.external_id for hit in hits if hit.by_reference] == [external_id]
    assert shown(stands(session, draft, external_id)) == text


@SLOW
@given(ODD | ANY)
def test_it_keeps_a_customers_name(shared: Bench, session, text):
    draft = shared.customer(text)
    sent = str(draft.payload.get("CustomerName") or "")
    same_or_refused(session, draft, sent, lambda hit: hit.facts.name.strip())


@SLOW
@given(ODD | ANY)
def test_it_keeps_our_reference_of_any_key(shared: Bench, session, text):
    draft = shared.journal(Description=text)
    made = shared.draft("journals", "JE", draft.payload, Facts(), key=text)
    assert made.reference == reference("CB-test", "JE", text)
    same_or_refused(session, made, made.reference, lambda hit: hit.reference)


@pytest.mark.parametrize(
    ("name", "longest"), [("CustomerName", 255), ("MainContact.Email", 255), ("MainContact.Address.Country", 2)]
)
def test_it_refuses_what_would_be_cut(shared: Bench, session, name, longest):
    before = shared.calls("PUT")
    with pytest.raises(MappingError) as caught:
        book(session, shared.customer(**{"name": "A", name: "x" * (longest + 1)}))
    assert (caught.value.code, caught.value.field, shared.calls("PUT")) == ("acumatica_too_long", name, before)
