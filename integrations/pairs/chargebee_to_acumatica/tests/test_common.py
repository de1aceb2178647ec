"""What the flows share: when a reversal must share the exchange rate of what it takes back."""

from types import SimpleNamespace

import pytest

from integrations.connectors.acumatica.records import REVERSES
from integrations.contracts import ReferenceEntry
from integrations.pairs.chargebee_to_acumatica.common import at_rate_of


def context(**bases: str):
    entries = [
        ReferenceEntry(kind="branch", code=code, number=code, name=code, details={"currency": currency})
        for code, currency in bases.items()
    ]
    references = {("branch", one.code): one for one in entries}
    return SimpleNamespace(references=references, target=SimpleNamespace(base_currency="USD"))


@pytest.mark.parametrize(
    ("bases", "currency", "is_shared"),
    [
        ({}, "USD", False),
        ({}, "EUR", True),
        ({"MAIN": "USD"}, "USD", False),
        ({"MAIN": "USD", "EMEA": "EUR"}, "USD", True),
        ({"MAIN": "EUR"}, "EUR", False),
    ],
)
def test_it_shares_the_rate_wherever_a_branch_may_call_the_currency_foreign(bases, currency, is_shared):
    assert (REVERSES in at_rate_of("Invoice/AR000001", currency, context(**bases))) is is_shared
