"""The simulator takes and gives the shapes in `fixtures/simulator_*` (their sources are in simulator_SOURCES.md)."""

import json
from pathlib import Path

import pytest

from integrations.connectors.acumatica.tests.simulator_helpers import (
    anonymous,
    ask_token,
    control,
    good,
    invoice_body,
    make_customer,
    make_world,
    order,
    released_invoice,
    released_payment,
    run,
    signed_in,
    wrap,
)

FIXTURES = Path(__file__).parent.parent / "fixtures"
KINDS = {
    "uuid": str,
    "int64": int,
    "string": str,
    "object": dict,
    "StringValue": str,
    "BooleanValue": bool,
    "DecimalValue": (int, float),
    "DoubleValue": (int, float),
    "IntValue": int,
    "ShortValue": int,
    "LongValue": int,
    "DateTimeValue": str,
    "GuidValue": str,
}
RELEASES = {
    "SalesInvoice": "ReleaseSalesInvoice",
    "Payment": "ReleasePayment",
    "JournalTransaction": "ReleaseJournalTransaction",
}


def fixture(name):
    return json.loads((FIXTURES / f"simulator_{name}.json").read_text())


SCHEMAS = fixture("openapi")


def misfits(record, schema, path=""):
    """Name what of a record is not as the official schema has it."""
    known = {**SCHEMAS["Entity"], **SCHEMAS[schema]}
    found = []
    for name, value in record.items():
        kind = known.get(name)
        place = f"{path}{name}"
        if name in ("_links", "files"):
            continue
        if kind is None:
            found.append(place)
        elif isinstance(kind, list):
            found += [one for row in value for one in misfits(row, kind[0], f"{place}.")]
        elif kind in SCHEMAS:
            found += misfits(value, kind, f"{place}.")
        else:
            plain = value.get("value") if kind.endswith("Value") else value
            found += [] if plain is None or isinstance(plain, KINDS[kind]) else [place]
    return found


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return signed_in(world)


def put_documented(client):
    """Put the documented bodies in their order and release the documents; gives the records by entity."""
    made = {}
    for entity, body in fixture("requests").items():
        body = json.loads(json.dumps(body))
        made[entity] = good(client.put(f"/{entity}", json=body))
        if entity in RELEASES:
            made[entity] = run(client, entity, RELEASES[entity], made[entity])
    return made


def test_it_takes_the_documented_bodies(client):
    made = put_documented(client)
    statuses = {entity: one["Status"]["value"] for entity, one in made.items()}
    assert statuses == {
        "Customer": "Active",
        "SalesInvoice": "Open",
        "Payment": "Open",
        "JournalTransaction": "Posted",
    }


@pytest.mark.parametrize(
    ("entity", "expand"),
    [
        ("Customer", "MainContact,MainContact/Address,BillingContact"),
        ("SalesInvoice", "Details,TaxDetails,FinancialDetails,BillingSettings"),
        ("Payment", "DocumentsToApply,ApplicationHistory,Charges"),
        ("JournalTransaction", "Details"),
        ("NonStockItem", "CrossReferences"),
    ],
)
def test_it_answers_as_the_official_schema_says(client, entity, expand):
    put_documented(client)
    rows = good(client.get(f"/{entity}"))
    assert rows
    for row in rows:
        assert misfits(good(client.get(f"/{entity}/{row['id']}", params={"$expand": expand})), entity) == []


def test_it_knows_every_field_of_the_official_schema(client):
    shown = good(client.get("/swagger.json"))["components"]["schemas"]
    for entity in ("SalesInvoice", "Invoice", "Payment", "JournalTransaction", "Customer", "NonStockItem"):
        assert shown[entity]["allOf"][1]["properties"].keys() >= SCHEMAS[entity].keys() - SCHEMAS["Entity"].keys()


def test_it_gives_a_token_in_the_documented_shape(world):
    assert good(ask_token(world)).keys() == fixture("token").keys()


def test_it_lists_endpoints_in_the_documented_shape(world):
    listed, documented = good(anonymous(world).get("/entity")), fixture("endpoints")
    assert listed["version"] == documented["version"]
    assert all(row in listed["endpoints"] for row in documented["endpoints"])


def test_it_lists_records_in_the_documented_shape(client):
    make_customer(client)
    released_invoice(client)
    row, documented = good(client.get("/SalesInvoice"))[0], fixture("sales_invoices")[0]
    assert row.keys() >= documented.keys()
    for name in ("Type", "Status", "Project", "ReferenceNbr", "CustomerOrder", "Date", "custom", "note"):
        assert row[name] == documented[name]


def test_it_words_errors_in_the_documented_shape(client):
    answer = client.get("/Payment", params={"$expand": "ApplicationHistory"})
    assert answer.json().keys() == fixture("http_error").keys()
    assert answer.json()["exceptionType"] == fixture("http_error")["exceptionType"]


def test_it_echoes_a_refused_entity_in_the_documented_shape(client):
    body, documented = client.put("/SalesInvoice", json=invoice_body("NOPE")).json(), fixture("refused_entity")
    assert body.keys() >= documented.keys()
    assert (body["CustomerID"], body["ReferenceNbr"]) == (documented["CustomerID"], documented["ReferenceNbr"])


def test_it_pushes_in_the_documented_shape(world, client):
    make_customer(client)
    order(world, "push", url="http://127.0.0.1:9/", query="CB-Customers", table="Customer")
    good(client.put("/Customer", json=wrap(CustomerID="CB000042", Status="On Hold")))
    body, documented = control(world).get("/push/acumatica").json()["bodies"][0], fixture("push")
    assert body.keys() == documented.keys()
    assert body["Inserted"][0].items() >= documented["Inserted"][0].items()
    assert body["Deleted"][0].items() >= documented["Deleted"][0].items()


def test_it_serves_payments_of_a_released_credit_memo(client):
    make_customer(client)
    memo = released_invoice(client, Type="Credit Memo")
    released_payment(client, 10.0, [("Credit Memo", memo["ReferenceNbr"]["value"], 10.0)], Type="Refund")
    shown = good(client.get(f"/Payment/Credit%20Memo/{memo['ReferenceNbr']['value']}"))
    assert misfits(shown, "Payment") == []
