"""References, payloads, wrapped values, filter literals and shapes: pure parts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.acumatica.query import LONGEST_FILTER, batches, compare, equal, every, literal
from integrations.connectors.acumatica.records import (
    LONGEST_REFERENCE,
    account_of,
    document_id,
    owner,
    payload,
    reference,
    split_id,
    tax_details,
)
from integrations.connectors.acumatica.shapes import (
    DEFAULT,
    default_shapes,
    refuse_unknown,
    shapes_of,
    unknown_fields,
)
from integrations.connectors.acumatica.sinks.applications import applied_to, missing
from integrations.connectors.acumatica.values import Row, nested, wrapped
from integrations.contracts import Application
from integrations.errors import ContractError, MappingError


@given(st.text(min_size=1, max_size=80), st.integers(min_value=1, max_value=9))
def test_it_makes_references_that_fit_and_are_ours(key, revision):
    made = reference("CB-acme", "INV", key, revision)
    assert len(made) <= LONGEST_REFERENCE
    assert made.isascii()
    assert owner(made) == "CB-acme-INV-"
    assert made == reference("CB-acme", "INV", key, revision)


@given(st.lists(st.text(min_size=1, max_size=60), min_size=2, max_size=5, unique=True))
def test_it_gives_no_two_objects_one_reference(keys):
    assert len({reference("CB", "TXN", key) for key in keys}) == len(keys)


def test_it_tells_revisions_and_parts_apart():
    made = [reference("CB", "INV", "1", 1), reference("CB", "INV", "1", 2), reference("CB", "INV", "1", 1, "REV")]
    assert len(set(made)) == 3


@pytest.mark.parametrize("text", ["", "PO 4711", "INV-1", "CB-INV 1"])
def test_it_owns_no_reference_of_others(text):
    assert owner(text) == ""


def test_it_names_documents_by_type_and_number():
    assert split_id(document_id("Credit Memo", " 000128 ")) == ("Credit Memo", "000128")
    assert split_id("C000123") == ("", "")


def test_it_turns_names_for_the_sales_screen():
    made = payload(
        {"Customer": "C1", "custom.Document.CuryID": "EUR", "Terms": "30D", "PostPeriod": "032026", "Description": ""},
        [{"TransactionDescription": "x\ny", "Subaccount": "0", "Account": "40000"}],
        "SalesInvoice",
    )
    assert made == {
        "CustomerID": "C1",
        "Currency": "EUR",
        "custom.Document.TermsID": "30D",
        "custom.Document.FinPeriodID": "032026",
        "screen": "SalesInvoice",
        "lines": [{"TransactionDescr": "x y", "SubAccount": "0", "Account": "40000"}],
    }
    assert account_of(made["lines"][0]) == "40000"


def test_it_wraps_values_and_nothing_else():
    body = nested(
        {
            "id": "guid",
            "Date": date(2026, 3, 31),
            "MainContact.Address.City": "Oslo",
            "Description": None,
            "custom.Document.TermsID": "30D",
            "Details": [{"Qty": Decimal("1.5"), "delete": True}],
            **tax_details([("VAT", Decimal(10), Decimal(2))]),
        }
    )
    assert wrapped(body) == {
        "id": "guid",
        "Date": {"value": date(2026, 3, 31)},
        "MainContact": {"Address": {"City": {"value": "Oslo"}}},
        "Description": {"value": None},
        "custom": {"Document": {"TermsID": {"type": "CustomStringField", "value": "30D"}}},
        "Details": [{"Qty": {"value": Decimal("1.5")}, "delete": True}],
        "IsTaxValid": {"value": True},
        "TaxDetails": [
            {"TaxID": {"value": "VAT"}, "TaxableAmount": {"value": Decimal(10)}, "TaxAmount": {"value": Decimal(2)}}
        ],
    }


def test_it_reads_what_is_answered():
    row = Row(
        {
            "id": "0f9d1a52",
            "Type": {"value": "Invoice   "},
            "Project": {},
            "Amount": {"value": Decimal("120.50")},
            "Date": {"value": "2026-03-31T00:00:00+03:00"},
            "LastModifiedDateTime": {"value": "2026-04-01T09:15:27.043+03:00"},
            "custom": {"Document": {"CuryID": {"type": "CustomStringField", "value": "EUR"}}},
        }
    )
    assert (row.text("Type"), row.text("Project"), row.text("None")) == ("Invoice", "", "")
    assert (row.amount("Amount"), row.day("Date")) == (Decimal("120.50"), date(2026, 3, 31))
    assert row.moment("LastModifiedDateTime") == datetime(2026, 4, 1, 6, 15, 27, 43000, UTC)
    assert (row.custom("Document", "CuryID"), row.custom("X", "Y")) == ("EUR", "")


@pytest.mark.parametrize(("name", "value"), [("Amount", {"value": "x"}), ("Date", {"value": "soon"}), ("Plain", 5)])
def test_it_names_the_field_whose_value_is_odd(name, value):
    row = Row({name: value})
    with pytest.raises(ContractError) as caught:
        row.day(name) if name == "Date" else row.amount(name)
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("O'Brien", "'O''Brien'"),
        (True, "true"),
        (5, "5"),
        (Decimal("10.50"), "10.50M"),
        (datetime(2026, 4, 1, tzinfo=UTC), "datetimeoffset'2026-04-01T00:00:00.000+00:00'"),
        (date(2026, 4, 1), "datetimeoffset'2026-04-01T00:00:00.000+00:00'"),
    ],
)
def test_it_types_its_literals(value, written):
    assert literal(value) == written


def test_it_refuses_to_look_for_control_characters():
    with pytest.raises(MappingError):
        equal("Name", "a\nb")


@given(st.lists(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=300)))
def test_it_asks_in_filters_that_fit(values):
    values = [value for value in values if value.isprintable()]
    predicates = [equal("CustomerName", value) for value in values]
    filters = list(batches(predicates, "Type eq 'Invoice'"))
    assert all(len(quote(each)) <= LONGEST_FILTER for each in filters)
    assert sum(each.count("CustomerName") for each in filters) >= len(set(predicates))


def test_it_groups_alternatives():
    where = every("Type eq 'Invoice'", " or ".join([compare("N", "eq", "1"), compare("N", "eq", "2")]))
    assert where == "Type eq 'Invoice' and (N eq '1' or N eq '2')"


# Applications


def payment_row(amount: str, pending: str = "", released: str = "") -> Row:
    def lines(kind: str, number: str, paid: str) -> list[object]:
        values = {kind: "Invoice", number: "AR1", "AmountPaid": Decimal(paid)} if paid else {}
        return [{name: {"value": value} for name, value in values.items()}]

    return Row(
        {
            "PaymentAmount": {"value": Decimal(amount)},
            "DocumentsToApply": lines("DocType", "ReferenceNbr", pending),
            "ApplicationHistory": lines("DisplayDocType", "DisplayRefNbr", released),
        }
    )


@pytest.mark.parametrize(
    ("pending", "released", "applied"),
    [("60", "", "60"), ("", "60", "60"), ("30", "60", "90"), ("60", "60", "60")],
)
def test_it_counts_an_application_once(pending, released, applied):
    wanted = (Application(external_id="Invoice/AR1", amount=Decimal(applied)),)
    assert applied_to(payment_row("100", pending, released)) == wanted


def test_it_adds_only_what_is_missing():
    wanted = (Application(external_id="Invoice/AR1", amount=Decimal(80)),)
    assert missing(wanted, payment_row("100", released="60")) == (
        Application(external_id="Invoice/AR1", amount=Decimal(20)),
    )
    assert missing(wanted, payment_row("100", pending="90")) == ()


# Shapes


def test_it_knows_what_came_with_which_release():
    assert "Account" in default_shapes("24.200.001")["SalesInvoiceDetail"]
    assert "Account" not in default_shapes("23.200.001")["SalesInvoiceDetail"]
    assert "LastModifiedDateTime" not in default_shapes("22.200.001")["SalesInvoice"]
    assert default_shapes("MyVersion") == DEFAULT


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ({"Customer": "C1", "Details": [{"Account": "1"}], "custom": {"Document": {"CuryID": "EUR"}}}, []),
        ({"CustomerID": "C1"}, ["CustomerID"]),
        ({"Details": [{"SubAccount": "1"}]}, ["Details.SubAccount"]),
        ({"BillToContact": {"Mail": "x"}}, ["BillToContact.Mail"]),
        ({"Nope": {"Email": "x"}}, ["Nope"]),
    ],
)
def test_it_names_unknown_fields_at_any_depth(body, unknown):
    assert unknown_fields(DEFAULT, "Invoice", body) == unknown


def test_it_tells_which_endpoint_lacks_the_field():
    with pytest.raises(MappingError) as caught:
        refuse_unknown(DEFAULT, "Payment", {"AmountApplied": 1}, "Default/24.200.001")
    assert (caught.value.field, "Default/24.200.001" in caught.value.message) == ("AmountApplied", True)


def test_it_reads_a_tenants_own_schema():
    def ref(name: str) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/{name}"}

    schemas = {
        "Customer": {
            "allOf": [
                ref("Entity"),
                {
                    "properties": {
                        "UsrTier": ref("StringValue"),
                        "MainContact": ref("Contact"),
                        "Contacts": {"type": "array", "items": ref("Contact")},
                    }
                },
            ]
        },
        "Contact": {"properties": {"Email": ref("StringValue")}},
    }
    shapes = shapes_of({"components": {"schemas": schemas}})
    assert unknown_fields(shapes, "Customer", {"UsrTier": "gold", "MainContact": {"Email": "x"}}) == []
    assert unknown_fields(shapes, "Customer", {"CustomerName": "x"}) == ["CustomerName"]
