"""Journal entries and customers: vendor sections 5.1 to 5.4 and 6, checklist items 5 and 6."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    COMMON,
    act,
    condition,
    control,
    document,
    enterprise_of,
    journal,
    make_world,
    options,
    rows,
    run,
    signed_in,
)

JE, CUSTOMER = "MLC_GL_ADD_JE", "MLC_AB_UPSERT_CUSTOMER"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return signed_in(world)


def said(answer):
    assert answer.status_code == 500, answer.text
    return answer.json()["jde__simpleMessage"]


def two_lines(first, second, amount="100.00", **more):
    return [
        {"lineNumber": "1", "account": first, "amount": amount, **more},
        {"lineNumber": "2", "account": second, "amount": f"-{amount}"},
    ]


def test_it_stores_the_reference_on_every_line(client):
    made = run(client, JE, **journal("CABCDEFGHIJKLMNOPQR2")).json()
    found = rows(client, "F0911", columns="DOC DCT KCO EXR R1 R2 EXA LT AA POST ICU ICUT CO", order=["JELN"])
    assert {(row["EXR"], row["R1"], row["R2"]) for row in found} == {("CABCDEFGHIJKLMNOPQR2", "CABCDEFG", "MLC")}
    assert [row["AA"] for row in found] == [100, -100]
    assert {row["EXA"] for row in found} == {"INV-1 Subscription"}
    assert {(row["DOC"], row["DCT"], row["KCO"], row["ICU"], row["ICUT"]) for row in found} == {
        (made["documentNumber"], "JE", "00001", made["batchNumber"], "G")
    }


def test_the_same_reference_books_once(world, client):
    first, second = (run(client, JE, **journal()).json() for _ in range(2))
    assert (first["result"], second["result"]) == ("CREATED", "DUPLICATE")
    assert second["documentNumber"] == first["documentNumber"]
    assert len(enterprise_of(world).books.documents) == 1


def test_references_that_share_eight_characters_are_two(client):
    run(client, JE, **journal("CAAAAAAAAAAAAAAAAAA1"))
    assert run(client, JE, **journal("CAAAAAAAAAAAAAAAAAA2")).json()["result"] == "CREATED"


def test_it_is_found_again_by_the_documented_query(client):
    made = run(client, JE, **journal("CABCDEFGHIJKLMNOPQR2")).json()
    wanted = [
        condition("F0911.CO", "EQUAL", "00001"),
        condition("F0911.DGJ", "EQUAL", "11/20/2026"),
        condition("F0911.LT", "EQUAL", "AA"),
        condition("F0911.R1", "EQUAL", "CABCDEFG"),
    ]
    found = rows(client, "F0911", *wanted)
    assert {row["DOC"] for row in found} == {made["documentNumber"]}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"lines": two_lines("1.1215", "110.5010")[:1]}, "Out of Balance"),
        ({"lines": two_lines("1.9999", "110.5010")}, "Account 1.9999 does not exist"),
        ({"lines": two_lines("1.1000", "110.5010")}, "title account"),
        ({"lines": two_lines("1.1210", "110.5010")}, "machine-generated"),
        ({"lines": two_lines("1.4110", "110.5010")}, "machine-generated"),
        ({"lines": two_lines("110.8999", "110.5010")}, "inactive"),
        ({"lines": two_lines("110.8660", "110.5010")}, "needs a subledger"),
        ({"lines": two_lines("190.8610", "110.5010")}, "Business unit 190"),
        ({"lines": two_lines("20.1215", "210.5010")}, "belongs to company 00020"),
        ({"lines": two_lines("1.1110.EURO", "110.5010")}, "monetary"),
        ({"lines": two_lines("1.1215", "110.5010", subledger="7", subledgerType="A")}, "not an address number"),
        ({"lines": two_lines("1.1215", "110.5010", subledger="1")}, "go together"),
        ({"lines": two_lines("1.1215", "110.5010", subledger="1", subledgerType="W")}, "Subledger type W"),
        ({"lines": two_lines("1.1215", "110.5010", amount="1.005")}, "does not fit currency USD"),
        ({"lines": [{**line, "lineNumber": "1"} for line in two_lines("1.1215", "110.5010")]}, "Line numbers"),
        ({"documentCompany": "00000"}, "Company 00000"),
        ({"currencyCode": "XXX"}, "Currency XXX"),
        ({"documentType": "PV"}, "not for journal entries"),
        ({"ledgerType": "BA"}, "Ledger type BA"),
        ({"glDate": "2024-01-31"}, "PBCO"),
        ({"glDate": "2050-01-31"}, "WACO"),
    ],
)
def test_it_refuses_what_a_ledger_refuses(world, client, changes, text):
    assert text in said(run(client, JE, **journal(**changes)))
    assert (len(enterprise_of(world).books.documents), len(enterprise_of(world).store["F0911"])) == (0, 0)


def test_accounts_may_be_named_by_their_short_id(world, client):
    short = enterprise_of(world).books.chart.numbered("1.1215").id
    assert run(client, JE, **journal(lines=two_lines(short, "110.5010"))).json()["result"] == "CREATED"


def test_a_subledger_of_type_a_names_the_party(world, client):
    lines = two_lines("1.1215", "110.5010", subledger="1", subledgerType="A")
    made = run(client, JE, **journal(lines=lines)).json()
    found = rows(client, "F0911", condition("F0911.SBLT", "EQUAL", "A"))[0]
    assert (found["SBL"], found["AN8"]) == ("00000001", 1)
    assert document(world, f"JE-{made['documentNumber']}-00001")["customer"] == "1"


def test_a_foreign_journal_has_rows_in_both_ledgers(client):
    run(client, JE, **journal(currencyCode="EUR", exchangeRate="1.2"))
    found = rows(client, "F0911", columns="LT AA CRCD CRR CRRM", order=["JELN", "LT"])
    assert [(row["LT"], row["AA"]) for row in found] == [("AA", 120), ("CA", 100), ("AA", -120), ("CA", -100)]
    assert {(row["CRCD"], row["CRR"], row["CRRM"]) for row in found} == {("EUR", 1.2, "F")}


def test_a_foreign_journal_may_bring_both_amounts(client):
    lines = [
        {**line, "currencyAmount": line["amount"].replace("100", "80")} for line in two_lines("1.1215", "110.5010")
    ]
    run(client, JE, **journal(currencyCode="EUR", lines=lines))
    assert {abs(row["AA"]) for row in rows(client, "F0911", condition("F0911.LT", "EQUAL", "AA"))} == {100}
    assert {abs(row["AA"]) for row in rows(client, "F0911", condition("F0911.LT", "EQUAL", "CA"))} == {80}


def test_conversion_cents_never_unbalance_a_journal(client):
    lines = [
        {"lineNumber": "1", "account": "1.1215", "amount": "100.00"},
        *({"lineNumber": str(at), "account": "110.5010", "amount": "-33.33"} for at in (2, 3)),
        {"lineNumber": "4", "account": "110.5020", "amount": "-33.34"},
    ]
    assert run(client, JE, **journal(currencyCode="EUR", exchangeRate="1.11111", lines=lines)).status_code == 200
    assert sum(round(row["AA"] * 100) for row in rows(client, "F0911", condition("F0911.LT", "EQUAL", "AA"))) == 0


@pytest.mark.parametrize(("amount", "status"), [("1000", 200), ("1000.5", 500)])
def test_yen_have_no_decimals(client, amount, status):
    changes = {"documentCompany": "00040", "currencyCode": "JPY", "lines": two_lines("40.1215", "410.5010", amount)}
    assert run(client, JE, **journal(**changes)).status_code == status


def test_a_date_far_ahead_is_warned_of(client):
    assert "PACO" in run(client, JE, **journal(glDate="2027-03-31")).json()["warnings"][0]


def test_a_reversal_takes_back_exactly_what_was_booked(world, client):
    run(client, JE, **journal("CAAAAAAAAAAAAAAAAAA1"))
    back = two_lines("110.5010", "1.1215")
    wrong = run(client, JE, **journal("CAAAAAAAAAAAAAAAAAB1", reversesRef="CAAAAAAAAAAAAAAAAAA1", amount="90.00"))
    assert "do not take back" in said(wrong)
    unknown = journal("CAAAAAAAAAAAAAAAAAB1", reversesRef="CXXX", lines=back)
    assert "No journal entry has the reference" in said(run(client, JE, **unknown))
    made = run(client, JE, **journal("CAAAAAAAAAAAAAAAAAB1", reversesRef="CAAAAAAAAAAAAAAAAAA1", lines=back)).json()
    assert document(world, f"JE-{made['documentNumber']}-00001")["reverses"] == "CAAAAAAAAAAAAAAAAAA1"


def customer(reference="CCUSTOMER00000000001", **changes):
    return {
        **COMMON,
        "externalRef": reference,
        "alphaName": "Crème de l'Été SARL",
        "taxId": "FR123456789",
        "addressLine1": "3, rue de l'Évêché",
        "city": "Orléans",
        "postalCode": "45000",
        "country": "FR",
        "email": "ap@example.com",
        "currencyCode": "EUR",
        **changes,
    }


def test_a_customer_is_added_with_its_reference(world, client):
    made = run(client, CUSTOMER, **customer()).json()
    number = str(made["addressNumber"])
    book = rows(client, "F0101", condition("F0101.ALKY", "EQUAL", "CCUSTOMER00000000001"))[0]
    address = rows(client, "F0116", condition("F0116.AN8", "EQUAL", number))[0]
    assert (str(book["AN8"]), book["ALPH"], book["AT1"]) == (number, "Crème de l'Été SARL", "C")
    assert (address["CTR"], address["ADDZ"], address["EFTB"]) == ("FR", "45000", "20261121")
    assert rows(client, "F01151", condition("F01151.AN8", "EQUAL", number))[0]["EMAL"] == "ap@example.com"
    assert rows(client, "F03012", condition("F03012.AN8", "EQUAL", number))[0]["CRCD"] == "EUR"
    assert document(world, number)["reference"] == "CCUSTOMER00000000001"


def test_a_customer_is_added_once_per_reference(client):
    first, second = (run(client, CUSTOMER, **customer()).json() for _ in range(2))
    assert (second["result"], second["addressNumber"]) == ("DUPLICATE", first["addressNumber"])


def test_a_changed_customer_keeps_its_first_reference(world, client):
    number = run(client, CUSTOMER, **customer()).json()["addressNumber"]
    world.advance(86_400)
    client = signed_in(world)
    changed = customer("CCUSTOMER00000000002", alphaName="Crème SARL", city="Paris", addressNumber=str(number))
    assert run(client, CUSTOMER, **changed).json()["addressNumber"] == number
    book = rows(client, "F0101", condition("F0101.AN8", "EQUAL", str(number)))[0]
    addresses = rows(client, "F0116", condition("F0116.AN8", "EQUAL", str(number)), order=["EFTB"])
    assert (book["ALPH"], book["ALKY"]) == ("Crème SARL", "CCUSTOMER00000000001")
    assert [(row["EFTB"], row["CTY1"]) for row in addresses] == [("20261121", "Orléans"), ("20261122", "Paris")]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"country": "XX"}, "Country XX"),
        ({"searchType": "Q"}, "Search type Q"),
        ({"currencyCode": "ZZZ"}, "Currency ZZZ"),
        ({"addressNumber": "99999"}, "Address 99999"),
    ],
)
def test_it_refuses_customers_with_unknown_codes(client, changes, text):
    assert text in said(run(client, CUSTOMER, **customer(**changes)))


def test_names_longer_than_the_column_are_refused_not_cut(client):
    assert run(client, CUSTOMER, **customer(alphaName="x" * 41)).status_code == 400


def test_a_closed_account_takes_no_more_entries(world, client):
    act(world, "close_account", account="1.1215")
    assert "inactive" in said(run(client, JE, **journal()))


def test_a_closed_period_takes_no_more_entries(world, client):
    control(world).post("/periods/jde", json={"period": "2026-11", "status": "closed"})
    assert "PBCO" in said(run(client, JE, **journal()))


def test_the_company_constants_show_the_first_open_period(world, client):
    before = rows(client, "F0010", condition("F0010.CO", "EQUAL", "00001"))[0]
    for month in ("2025-11", "2025-12"):
        control(world).post("/periods/jde", json={"period": month, "status": "closed"})
    after = rows(client, "F0010", condition("F0010.CO", "EQUAL", "00001"))[0]
    assert (before["PNC"], before["DFYJ"]) == (11, "20250101")
    assert (after["PNC"], after["DFYJ"]) == (1, "20260101")


def periods(world, **order):
    control(world).post("/periods/jde", json=order).raise_for_status()


def test_a_closed_company_leaves_the_others_open(world, client):
    periods(world, current="2026-12", company="00020")
    assert run(client, JE, **journal()).status_code == 200
    periods(world, current="2026-12", company="00001")
    assert "PBCO" in said(run(client, JE, **journal("CABCDEFGHIJKLMNOPQR3")))


def test_a_journal_goes_by_the_general_ledgers_period_alone(world, client):
    periods(world, current="2026-12", company="00001", module="ar")
    periods(world, current="2026-12", company="00001", module="ap")
    assert run(client, JE, **journal()).status_code == 200


def test_dates_before_the_cut_off_pass_with_a_warning_where_the_constants_allow_it(world, client):
    options(world, erp={"allows_prior_periods": True})
    periods(world, current="2026-12", company="00001")
    assert "PBCO" in str(run(client, JE, **journal()).json()["warnings"])
    periods(world, current="2027-01", company="00001")
    assert "PYEB" in said(run(client, JE, **journal("CABCDEFGHIJKLMNOPQR3")))


def test_a_date_that_no_pattern_record_holds_is_refused(world, client):
    year = {"company": "00001", "pattern": "F", "year_begins": "2026-12-01", "ends": ["2026-12-31", "2027-01-31"]}
    control(world).post("/calendar/jde", json=year).raise_for_status()
    assert "WACO" in said(run(client, JE, **journal()))


def test_batches_wait_for_approval_where_the_constants_say_so(world, client):
    options(world, erp={"batches_approved": False})
    batch = run(client, JE, **journal()).json()["batchNumber"]
    wanted = condition("F0011.ICU", "EQUAL", str(batch))
    assert rows(client, "F0011", wanted)[0]["IST"] == "P"
    world.advance(31)
    assert rows(client, "F0011", wanted)[0]["IST"] == "P"
    control(world).post("/post/jde", json={"approve": True})
    assert rows(client, "F0011", wanted)[0]["IST"] == "D"
