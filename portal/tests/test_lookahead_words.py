"""What previews and rehearsals say: counts in words, and names in the place of ids that only booking gives."""

import json
from decimal import Decimal

from integrations.models import Check, Sync
from portal.queries.preview import Look

CUSTOMER, INVOICE = "new1bc49bb9ec8550", "newc544c93196c3f4"


def look(report: dict[str, object]) -> Look:
    sync = Sync(pair="chargebee_to_netsuite", name="Main sync")
    return Look(check=Check(sync=sync, report=report), pending=None)


def record(**changes: object) -> dict[str, object]:
    payload = f'{{"customer":{{"id":"{CUSTOMER}"}},"doc":{{"id":"{INVOICE}"}},"account":{{"id":"122"}}}}'
    told = [f"{CUSTOMER} stands for Customer Fern Ltd", f"{INVOICE} stands for Invoice INV-7"]
    return {"drafts": [{"payload": payload}], "entries": [], "stand_ins": told, **changes}


def test_it_says_in_words_what_would_become_of_what_was_read():
    flows = {
        "customers": {"parents": 44, "linked": 44},
        "invoices": {"records": 1064, "parents": 8, "skipped": 60, "booked": 1009, "parked": 3},
    }

    assert [(each.label, each.read, each.outcomes) for each in look({"flows": flows}).flows] == [
        ("Customers", "44 that the documents need", ("44 stand there already",)),
        (
            "Invoices",
            "1,064 of these days and 8 others that they need",
            ("1,009 would be booked", "3 would need a person", "60 left out by rule"),
        ),
    ]


def test_it_names_in_a_payload_what_is_not_booked_yet():
    (shown,) = look({"records": [record()]}).records

    assert json.loads(shown["drafts"][0]["payload"]) == {
        "customer": {"id": "[id of Customer Fern Ltd]"},
        "doc": {"id": "[id of Invoice INV-7]"},
        "account": {"id": "122"},
    }
    assert shown["first"] == ["Customer Fern Ltd", "Invoice INV-7"]


def test_it_leaves_ids_alone_that_the_target_gave():
    (shown,) = look({"records": [record(stand_ins=["7236 stands for Invoice INV-7"])]}).records

    assert CUSTOMER in shown["drafts"][0]["payload"]
    assert shown["first"] == []


def test_it_names_in_a_trial_balance_who_is_not_booked_yet():
    row = {"account": "", "name": f"Receivable {CUSTOMER}", "currency": "EUR", "debit": "5", "credit": "0"}
    report = {
        "trial_balance": [row],
        "stand_ins": {CUSTOMER: "customers:cus_1"},
        "labels": {CUSTOMER: "Customer Fern Ltd"},
    }

    assert [each.name for each in look(report).trial_balance] == ["Receivable Customer Fern Ltd (new)"]


def test_it_shows_the_amounts_of_entries_as_such():
    entry = {"account": "1100", "name": "Receivable", "debit": "28.38", "credit": "", "currency": "KWD"}
    (shown,) = look({"records": [record(entries=[entry])]}).records

    assert [(each["debit"], each["credit"]) for each in shown["entries"]] == [(Decimal("28.38"), None)]
