"""The simulator takes the documented bodies as they stand and answers in the documented shapes."""

import json
from pathlib import Path

import pytest

from integrations.connectors.netsuite.tests.simulator_kit import RECORDS, SUITEQL, Account, read, sale

FOLDER = Path(__file__).parent.parent / "fixtures"
BODIES = ("customer", "invoice", "customerPayment", "creditMemo", "journalEntry")


def sample(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


@pytest.fixture
def account():
    """An account that has taken every body, unknown names refused."""
    signed_in = Account().sign_in()
    for record in BODIES:
        body = sample(record)
        signed_in.put(record, body["externalId"], body, x_netsuite_propertynamevalidation="error")
    return signed_in


def shape(value):
    """The names and types of an answer, whatever its values."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value[:1]] if isinstance(value, list) else type(value)


def test_it_takes_the_documented_bodies(account):
    invoice = account.get("invoice", "7001")
    assert (invoice["total"], invoice["status"]["id"]) == (100, "B")
    assert account.books.faults() == []


def test_it_takes_imposed_taxes(account):
    body = {**sample("invoice_tax_details"), "entity": {"id": "900"}}
    assert account.get("invoice", account.put("invoice", "T", body))["total"] == 125


def test_a_token_looks_as_documented(account):
    assert shape(read(account.token(account.assertion()))) == shape(sample("token"))


def test_a_refused_token_looks_as_documented(account):
    assert read(account.token(account.assertion(iss="x"))) == sample("token_error")


def test_an_error_looks_as_documented(account):
    lines = {"item": {"items": [{"item": {"id": "310"}, "amount": 1, "department": {"id": "88"}}]}}
    answered = read(account.send("PUT", f"{RECORDS}/invoice/eid:X", {**sale(), **lines}))
    documented = sample("error_invalid_content")
    assert shape(answered) == shape(documented)
    assert answered["o:errorDetails"][0]["o:errorPath"] == documented["o:errorDetails"][0]["o:errorPath"]
    assert "Invalid Field Value 88 for the following field: department" in answered["o:errorDetails"][0]["detail"]


def test_a_page_looks_as_documented(account):
    answered = read(
        account.send("POST", f"{SUITEQL}?limit=1000&offset=0", sample("suiteql_request"), prefer="transient")
    )
    documented = sample("suiteql_page")
    assert shape(answered) == shape(documented)
    assert documented["items"][0] in answered["items"]
