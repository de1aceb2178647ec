"""General and customer invoice journals: defaults, checks, dimensions, vouchers (facts: vendor file, section 5)."""

from decimal import Decimal

import pytest

from integrations.connectors.dynamics365.simulator.directory import HOST
from integrations.connectors.dynamics365.tests.simulator_helpers import (
    CROSS,
    add_line,
    books_of,
    control,
    documents,
    good,
    line,
    listed,
    make_customer,
    make_invoice,
    make_journal,
    post_all,
    ready,
    reason,
    sample,
)


@pytest.fixture
def world_and_client():
    return ready()


@pytest.fixture
def client(world_and_client):
    return world_and_client[1]


@pytest.fixture
def world(world_and_client):
    return world_and_client[0]


def header_of(client, journal, set_name="LedgerJournalHeaders"):
    (found,) = listed(client, set_name, f"JournalBatchNumber eq '{journal}'")
    return found


def test_a_header_is_numbered_and_described_by_its_journal_name(client):
    made = good(client.post("/LedgerJournalHeaders", json={"dataAreaId": "usmf", "JournalName": "GenJrn"}))
    documented = sample("journal_header")
    assert set(made) - {"OverrideSalesTax"} == set(documented)
    assert (made["JournalBatchNumber"], made["Description"], made["IsPosted"]) == (
        "USMF-000001",
        "General journal",
        "No",
    )


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"JournalName": "CustPay"}, "is of the type CustPayment"),
        ({"JournalName": "None"}, "is not found"),
        ({}, "must be filled in"),
        ({"JournalName": "GenJrn", "IsPosted": "Yes"}, "cannot be edited"),
        ({"JournalName": "GenJrn", "JournalBatchNumber": "X"}, "does not allow manual numbers"),
        ({"JournalName": "GenJrn", "IntegrationKey": "k"}, "cannot be edited"),
        ({"JournalName": "GenJrn", "dataAreaId": "zzzz"}, "Legal entities"),
    ],
)
def test_it_refuses_a_header_with_the_reason_in_the_infolog(client, body, part):
    assert part in reason(client.post("/LedgerJournalHeaders", json={"dataAreaId": "usmf", **body}))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"AccountDisplayValue": "999999"}, "is suspended"),
        ({"AccountDisplayValue": "130110"}, "Manual entry is not allowed"),
        ({"AccountDisplayValue": "123456"}, "does not exist"),
        ({"AccountDisplayValue": ""}, "must be filled in"),
        ({"AccountDisplayValue": "401100-BU09"}, "not valid for the financial dimension BusinessUnit"),
        ({"AccountDisplayValue": "401100---CC999"}, "suspended or not active"),
        ({"CurrencyCode": "ZZZ"}, "ZZZ"),
        ({"CurrencyCode": ""}, "must be filled in"),
        ({"DebitAmount": 0}, "Either a debit or a credit"),
        ({"CreditAmount": 5}, "Either a debit or a credit"),
        ({"DebitAmount": -5}, "must not be negative"),
        ({"DebitAmount": 1.234}, "must be rounded"),
        ({"DebitAmount": 1e40}, "too large"),
        ({"TransDate": "2031-01-01"}, "not open"),
        ({"JournalBatchNumber": "USMF-999999"}, "does not exist"),
        ({"OffsetCompany": "demf", "OffsetAccountDisplayValue": "202110"}, "Intercompany"),
        ({"AccountType": "Vend"}, "not supported"),
        ({"AccountType": "Cust", "AccountDisplayValue": "C\\-99"}, "not found"),
        ({"AccountType": "Cust", "AccountDisplayValue": "C-01"}, "2 segments"),
        ({"AccountType": "Bank", "AccountDisplayValue": "NOPE"}, "Bank accounts"),
        ({"Voucher": "MINE01"}, "not one of the number sequence"),
        ({"DefaultDimensionDisplayValue": "BU01"}, "no ledger accounts"),
    ],
)
def test_it_refuses_a_line_with_the_reason_in_the_infolog(client, changes, part):
    body = {**line(make_journal(client)), "AccountDisplayValue": "401100", "DebitAmount": 5, **changes}
    assert part in reason(client.post("/LedgerJournalLines", json=body))
    assert listed(client, "LedgerJournalLines") == []


def test_a_refusal_looks_as_documented(client):
    body = {**line(make_journal(client)), "AccountDisplayValue": "401100", "DebitAmount": 5, "CurrencyCode": "ZZZ"}
    answered = client.post("/LedgerJournalLines", json=body).json()["error"]
    documented = sample("error_write")["error"]
    assert (set(answered), set(answered["innererror"])) == (set(documented), set(documented["innererror"]))
    assert answered["innererror"]["type"] == documented["innererror"]["type"]
    for part in ("Write failed for table row of type 'LedgerJournalLineEntity'. Infolog: Warning: ", ".CurrencyCode'."):
        assert part in answered["innererror"]["message"]


def test_unescaped_accounts_are_taken_where_switched_on(world, client):
    control(world, "POST options", unescaped_accounts=True)
    made = add_line(client, make_journal(client), AccountType="Cust", AccountDisplayValue="C-01", DebitAmount=5)
    assert made["AccountDisplayValue"] == "C\\-01"


def test_surplus_segments_are_dropped_and_missing_ones_blank(client):
    journal = make_journal(client)
    given = ["401100-BU01-D100-CC001-X-Y", "401100--D100", "401100"]
    shown = [add_line(client, journal, AccountDisplayValue=one, DebitAmount=1)["AccountDisplayValue"] for one in given]
    assert shown == ["401100-BU01-D100-CC001", "401100--D100-", "401100---"]


def test_no_active_format_is_an_error(world, client):
    control(
        world, "POST rows", set="DimensionIntegrationFormats", where={"IsActive": "Yes"}, set_values={"IsActive": "No"}
    )
    body = {**line(make_journal(client)), "AccountDisplayValue": "401100", "DebitAmount": 5}
    assert "No active dimension integration format" in reason(client.post("/LedgerJournalLines", json=body))


def test_another_delimiter_changes_strings_and_escapes(world, client):
    changes = {"DimensionSegmentDelimiter": "Bar"}
    control(world, "POST rows", set="DimensionParameters", where={}, set_values=changes)
    formats = {"FinancialDimensionFormat": "MainAccount|BusinessUnit"}
    control(
        world,
        "POST rows",
        set="DimensionIntegrationFormats",
        where={"DimensionFormatName": "LedgerFormat"},
        set_values=formats,
    )
    journal = make_journal(client)
    made = add_line(client, journal, AccountType="Cust", AccountDisplayValue="C-01", DebitAmount=5)
    assert made["AccountDisplayValue"] == "C-01"
    assert add_line(client, journal, AccountDisplayValue="401100|BU01", CreditAmount=5)["Voucher"] == made["Voucher"]


def test_an_account_structure_may_insist_on_a_dimension(world, client):
    control(world, "POST options", required_dimensions={"4": ["BusinessUnit"]})
    body = {**line(make_journal(client)), "AccountDisplayValue": "401100", "DebitAmount": 5}
    assert "BusinessUnit must be given" in reason(client.post("/LedgerJournalLines", json=body))


def test_a_new_voucher_begins_when_debits_equal_credits(client):
    journal = make_journal(client)
    sides = [{"DebitAmount": 5}, {"DebitAmount": 5}, {"CreditAmount": 10}, {"DebitAmount": 1}]
    vouchers = [add_line(client, journal, AccountDisplayValue="401100", **side)["Voucher"] for side in sides]
    assert vouchers == ["CBI00000001", "CBI00000001", "CBI00000001", "CBI00000002"]


def test_one_voucher_and_manual_vouchers_follow_the_journal_name(client):
    one, manual = make_journal(client, "OneV"), make_journal(client, "ManV")
    sides = [{"DebitAmount": 5}, {"CreditAmount": 5}, {"DebitAmount": 1}]
    assert len({add_line(client, one, AccountDisplayValue="401100", **side)["Voucher"] for side in sides}) == 1
    body = {**line(manual), "AccountDisplayValue": "401100", "DebitAmount": 5}
    assert "must be filled in" in reason(client.post("/LedgerJournalLines", json=body))
    assert good(client.post("/LedgerJournalLines", json={**body, "Voucher": "M1"}))["Voucher"] == "M1"


def test_line_numbers_are_given_or_counted_and_never_doubled(client):
    journal = make_journal(client)
    add_line(client, journal, AccountDisplayValue="401100", DebitAmount=5, LineNumber=7)
    assert add_line(client, journal, AccountDisplayValue="401100", CreditAmount=5)["LineNumber"] == 8
    again = {**line(journal), "AccountDisplayValue": "401100", "DebitAmount": 5, "LineNumber": 7}
    assert "already exists" in reason(client.post("/LedgerJournalLines", json=again))


def test_a_line_is_changed_and_deleted_while_its_journal_is_unposted(client):
    journal = make_journal(client)
    add_line(client, journal, AccountDisplayValue="401100", DebitAmount=5)
    url = f"/LedgerJournalLines(dataAreaId='usmf',JournalBatchNumber='{journal}',LineNumber=1)"
    assert client.patch(url, params=CROSS, json={"DebitAmount": 9}).status_code == 204
    assert header_of(client, journal)["JournalTotalDebit"] == 9
    header = f"/LedgerJournalHeaders(dataAreaId='usmf',JournalBatchNumber='{journal}')"
    assert "has lines" in reason(client.delete(header, params=CROSS))
    assert [client.delete(one, params=CROSS).status_code for one in (url, header)] == [204, 204]


def test_a_journal_posts_by_itself_every_30_seconds(world, client):
    journal = make_invoice(client)
    world.advance(29)
    assert header_of(client, journal)["IsPosted"] == "No"
    world.advance(2)
    assert header_of(client, journal)["IsPosted"] == "Yes"
    assert books_of(world).trial_balance() == {"130110": Decimal(120), "401100": Decimal(-120)}
    assert books_of(world).faults() == []


def test_the_timer_stops_on_order(world, client):
    control(world, "POST post", auto=False)
    journal = make_invoice(client)
    world.advance(300)
    assert header_of(client, journal)["IsPosted"] == "No"


def test_a_half_written_journal_does_not_post(world, client):
    journal = make_journal(client)
    add_line(client, journal, AccountDisplayValue="401100", DebitAmount=5)
    world.advance(31)
    assert header_of(client, journal)["IsPosted"] == "No"
    assert "does not balance" in world.state("dynamics365")["posting_errors"][f"usmf:{journal}"][0]


def test_a_posted_journal_cannot_be_changed(world, client):
    journal = make_invoice(client)
    post_all(world)
    url = f"/LedgerJournalLines(dataAreaId='usmf',JournalBatchNumber='{journal}',LineNumber=1)"
    assert "has been posted" in reason(client.patch(url, params=CROSS, json={"DebitAmount": 9}))
    assert "has been posted" in reason(client.delete(url, params=CROSS))
    more = {**line(journal), "AccountDisplayValue": "401100", "DebitAmount": 5}
    assert "has been posted" in reason(client.post("/LedgerJournalLines", json=more))


def test_a_posted_invoice_is_a_customer_transaction(world, client):
    make_invoice(client, Document="cb:1")
    post_all(world)
    (row,) = listed(client, "CustTransactions", "AccountNum eq 'C-01' and Invoice eq 'INV-1'")
    assert (row["AmountCur"], row["DocumentNum"], row["Closed"]) == (120, "cb:1", "1900-01-01T12:00:00Z")
    assert row["DueDate"] == "2026-12-20T12:00:00Z"
    assert [one["AmountCur"] for one in listed(client, "CustTransOpens", f"RefRecId eq {row['SysRecId']}")] == [120]


def test_an_invoice_number_posts_once(world, client):
    make_invoice(client)
    journal = make_invoice(client)
    post_all(world)
    assert header_of(client, journal)["IsPosted"] == "No"
    assert len(listed(client, "CustTransactions")) == 1


def test_approval_blocks_posting(world, client):
    journal = make_journal(client, "Apprv")
    make_invoice(client, journal=journal)
    assert "must be approved" in post_all(world)["errors"][f"usmf:{journal}"][0]


def test_vouchers_given_at_posting_replace_temporary_ones(world, client):
    journal = make_journal(client, "AllocP")
    make_invoice(client, journal=journal)
    post_all(world)
    vouchers = {one["Voucher"] for one in listed(client, "LedgerJournalLines")}
    assert vouchers == {"ALP00000002"}
    assert listed(client, "CustTransactions")[0]["Voucher"] == "ALP00000002"


def test_a_closed_period_takes_no_line(world, client):
    control(world, "POST periods", period="2026-11", status="closed", company="usmf")
    body = {**line(make_journal(client)), "AccountDisplayValue": "401100", "DebitAmount": 5}
    assert "not open" in reason(client.post("/LedgerJournalLines", json=body))
    (period,) = listed(
        client, "LedgerFiscalPeriods", "LegalEntityId eq 'USMF' and YearName eq '2026' and PeriodName eq 'Period 11'"
    )
    assert period["PeriodStatus"] == "Closed"


def restrict(world, module: str, level: str, group: str = ""):
    where = {"LegalEntityId": "USMF", "YearName": "2026", "PeriodName": "Period 11"}
    values = {f"{module}AccessLevel": level, f"{module}UserGroupInfo": group}
    control(world, "POST rows", set="LedgerFiscalPeriods", where=where, set_values=values)


def ledger_line(client):
    return {**line(make_journal(client)), "AccountDisplayValue": "401100", "DebitAmount": 5}


def customer_line(client):
    make_customer(client, "P1")
    return {**line(make_journal(client)), "AccountType": "Cust", "AccountDisplayValue": "P1", "DebitAmount": 5}


@pytest.mark.parametrize(
    ("module", "body", "refused"),
    [
        ("Cust", customer_line, "not open for module Accounts receivable"),
        ("Cust", ledger_line, ""),
        ("Ledger", customer_line, "not open for module General ledger"),
        ("Ledger", ledger_line, "not open for module General ledger"),
        ("Bank", customer_line, ""),
    ],
)
def test_a_period_without_access_of_a_module_takes_none_of_its_lines(world, client, module, body, refused):
    restrict(world, module, "None")
    answer = client.post("/LedgerJournalLines", json=body(client))
    assert (refused in reason(answer)) if refused else answer.status_code == 201


@pytest.mark.parametrize(("mine", "status"), [([], 400), (["CLOSING"], 201)])
def test_a_period_restricted_to_a_user_group_takes_lines_of_its_users_alone(world, client, mine, status):
    restrict(world, "Cust", "UserGroup", "CLOSING")
    control(world, "POST options", user_groups=mine)
    assert client.post("/LedgerJournalLines", json=customer_line(client)).status_code == status


def test_a_period_whose_module_is_closed_later_holds_a_journal_back(world, client):
    journal = make_invoice(client)
    restrict(world, "Cust", "None")
    post_all(world)
    assert header_of(client, journal)["IsPosted"] == "No"


def test_a_period_closed_later_holds_a_journal_back(world, client):
    journal = make_invoice(client)
    control(world, "POST periods", period="2026-11", status="closed")
    post_all(world)
    assert header_of(client, journal)["IsPosted"] == "No"
    control(world, "POST periods", period="2026-11", status="open")
    post_all(world)
    assert header_of(client, journal)["IsPosted"] == "Yes"


def test_a_customer_on_hold_takes_no_invoice(client):
    make_customer(client, "H1", OnHoldStatus="Invoice")
    body = {**line(make_journal(client)), "AccountType": "Cust", "AccountDisplayValue": "H1", "DebitAmount": 5}
    assert "on hold" in reason(client.post("/LedgerJournalLines", json=body))


def test_a_foreign_invoice_is_worth_its_rate_per_hundred(world, client):
    make_invoice(client, CurrencyCode="EUR", ExchRate=110)
    post_all(world)
    assert books_of(world).balance("130110", "USMF") == Decimal("132.00")
    assert listed(client, "CustTransactions")[0]["AmountMST"] == 132


def test_a_rate_is_found_by_date_where_none_is_given(client):
    made = add_line(client, make_journal(client), AccountDisplayValue="401100", DebitAmount=5, CurrencyCode="EUR")
    (rate,) = listed(
        client, "ExchangeRates",
        "FromCurrency eq 'EUR' and ToCurrency eq 'USD' and StartDate ge 2026-11-01T00:00:00Z "
        "and StartDate lt 2026-12-01T00:00:00Z",
    )  # fmt: skip
    assert made["ExchRate"] == rate["Rate"]


def test_a_customer_invoice_journal_posts_an_invoice_and_a_credit_note(world, client):
    journal = make_journal(client, set_name="GeneralLedgerCustInvoiceJournalHeaders")
    body = {
        "dataAreaId": "usmf", "JournalBatchNumber": journal, "CustomerAccountDisplayValue": "C\\-01", "InvoiceDate":
        "2026-11-20", "Currency": "USD", "OffsetAccountType": "Ledger", "OffsetAccountDisplayValue": "401100",
    }  # fmt: skip
    for more in ({"InvoiceId": "I1", "DebitAmount": 50}, {"InvoiceId": "CN1", "CreditAmount": 20}):
        good(client.post("/GeneralLedgerCustInvoiceJournalLines", json={**body, **more}))
    post_all(world)
    assert [(one["kind"], one["number"], one["total"]) for one in documents(world)] == [
        ("invoice", "I1", "50.00"),
        ("credit_note", "CN1", "20.00"),
    ]


def test_a_custom_service_posts_where_it_is_deployed(world, client):
    journal = make_invoice(client)
    url = f"https://{HOST}/api/services/Acme/Journals/post"
    body = {"dataAreaId": "usmf", "journalNumber": journal}
    assert client.post(url, json=body).status_code == 404
    control(world, "POST options", posting_service="Acme/Journals/post")
    assert client.post(url, json=body).status_code == 200
    assert "has been posted" in reason(client.post(url, json=body), 500)
    assert header_of(client, journal)["IsPosted"] == "Yes"


def test_a_customer_is_numbered_by_the_sequence_and_shown_in_both_sets(client):
    body = {name: value for name, value in sample("customer_request").items() if name != "CustomerAccount"}
    made = good(client.post("/CustomersV3", json={**body, "OrganizationName": "A name of more than twenty letters"}))
    assert (made["CustomerAccount"], made["NameAlias"], made["PaymentTerms"]) == (
        "USMF-000001",
        "A name of more than ",
        "Net30",
    )
    (twin,) = listed(client, "CustomersBase", "CustomerAccount eq 'USMF-000001'")
    assert twin["Name"] == "A name of more than twenty letters"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"CustomerGroupId": ""}, "must be filled in"),
        ({"CustomerGroupId": "77"}, "not found"),
        ({"SalesCurrencyCode": "ZZZ"}, "not found"),
        ({"OrganizationName": ""}, "A name must be given"),
        ({"PartyType": "Robot"}, "Organization or Person"),
        ({"PartyNumber": "1"}, "cannot be edited"),
        ({"AddressDescription": "HQ"}, "Country/region"),
        ({"DefaultDimensionDisplayValue": "BU77"}, "not valid"),
        ({"PaymentTerms": "Net77"}, "not found"),
    ],
)
def test_it_refuses_a_customer_with_the_reason_in_the_infolog(client, changes, part):
    assert part in reason(client.post("/CustomersV3", json={**sample("customer_request"), **changes}))
