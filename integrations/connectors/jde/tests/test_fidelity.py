"""Whatever text a record holds: what is booked and what is found is the same document, or its field is named."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.connectors.jde.tests.kit import DAY, Bench, book, found, supplier_of
from integrations.contracts import Draft, Facts
from integrations.errors import MappingError

TEXTS = st.one_of(
    st.text(min_size=1, max_size=300),
    st.text(alphabet="AB'\"*%|&<>äß漢 \t\n\u00a0", min_size=1, max_size=45),
)
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def booked(bench: Bench, draft: Draft) -> tuple[str, str]:
    """Book a draft: its id, or the field that was refused before the call."""
    try:
        return book(bench.session(), draft), ""
    except MappingError as error:
        return "", error.field


def hits(bench: Bench, draft: Draft) -> list[str]:
    return [one.external_id for one in found(bench.session(), draft)[draft.reference]]


@SETTINGS
@given(number=TEXTS)
def test_it_finds_the_voucher_that_it_booked(bench: Bench, number: str):
    if not bench.documents("supplier"):
        bench.control("POST generate", seed=1, suppliers=2, orders=0, invoices=0)
    draft = bench.voucher(supplier_of(bench.session()), number=number)
    external_id, refused = booked(bench, draft)
    assert refused == "supplierInvoice" or hits(bench, draft) == [external_id]


@SETTINGS
@given(name=TEXTS, key=TEXTS)
def test_it_finds_the_customer_that_it_booked(bench: Bench, name: str, key: str):
    draft = bench.draft("address_book", {"alphaName": name, "currencyCode": "USD"}, Facts(name=name), key=key)
    external_id, refused = booked(bench, draft)
    assert refused in ("alphaName", "sourceId") or hits(bench, draft) == [external_id]


@SETTINGS
@given(amount=st.decimals(min_value="0.01", max_value="99999999.99", places=2), explanation=TEXTS)
def test_it_finds_the_journal_that_it_booked(bench: Bench, amount: Decimal, explanation: str):
    draft = bench.journal(str(amount), DAY, explanation=explanation)
    external_id, refused = booked(bench, draft)
    assert refused == "explanation" or hits(bench, draft) == [external_id]
