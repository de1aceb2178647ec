"""SuiteQL over REST as the vendor file, section 5, describes it."""

import pytest

from integrations.connectors.netsuite.tests.simulator_kit import SUITEQL, Account, error, line, read, said, sale


@pytest.fixture(scope="module")
def account():
    """Five invoices of 10.10 to 50.10, the first paid with 20, a credit memo; nothing here changes it."""
    signed_in = Account().sign_in()
    signed_in.customer(email="ap@orchid.example")
    for number in range(1, 6):
        signed_in.invoice(str(number), number * 10 + 0.1, tranId=f"CB-{number}", memo="100%_x" if number == 2 else None)
    signed_in.payment(amount=20.0, applied={"7001": 10.1})
    signed_in.put("creditMemo", "CB-acme-CN-1", {**sale(5.0), "tranDate": "2026-04-15"})
    return signed_in


def refused(account, statement, *params):
    response = account.query(statement, *params)
    assert error(response)[:2] == (400, "INVALID_PARAMETER")
    return said(response)


# The request


def test_prefer_transient_is_mandatory(account):
    assert error(account.query("SELECT id FROM account", prefer=None))[:2] == (400, "INVALID_REQUEST")


def test_it_is_a_post_with_json(account):
    assert account.send("GET", SUITEQL, prefer="transient").status == 405
    assert account.send("POST", SUITEQL, b"q=1", prefer="transient", content_type="text/plain").status == 400


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": 1001}, {"limit": 10, "offset": 5}, {"limit": "x"}])
def test_pages_have_one_to_a_thousand_rows_and_offsets_are_multiples(account, page):
    assert error(account.query("SELECT id FROM account", **page))[:2] == (400, "INVALID_PARAMETER")


def test_a_query_gives_at_most_100000_rows(account):
    assert account.query("SELECT id FROM account", limit=1000, offset=100_000).status == 400


def test_it_pages(account):
    page = read(account.query("SELECT id FROM transaction ORDER BY id", limit=2, offset=2))
    assert [row["id"] for row in page["items"]] == ["7003", "7004"]
    assert (page["count"], page["offset"], page["totalResults"], page["hasMore"]) == (2, 2, 7, True)


def test_the_first_page_tells_the_total(account):
    page = read(account.query("SELECT id FROM transaction ORDER BY id", limit=3))
    assert (page["totalResults"], page["hasMore"]) == (7, True)
    assert {link["rel"] for link in page["links"]} == {"self", "next", "last"}


# The answer


def test_values_are_strings_even_counts(account):
    assert account.rows("SELECT COUNT(*) AS count FROM transaction") == [{"count": "7"}]


def test_keys_are_lower_case_whatever_the_alias(account):
    assert account.rows("SELECT ID AS internalId FROM Currency WHERE Symbol = 'KWD'") == [{"internalid": "5"}]


def test_nulls_are_left_out(account):
    (row,) = account.rows("SELECT id, memo, duedate FROM transaction WHERE tranid = 'CB-1'")
    assert set(row) == {"id", "duedate"}


def test_rows_carry_links(account):
    assert read(account.query("SELECT id FROM term"))["items"][0]["links"] == []


def test_dates_come_in_the_accounts_format(account):
    assert account.rows("SELECT trandate FROM transaction WHERE id = 7007") == [{"trandate": "4/15/2026"}]


def test_to_char_formats_dates(account):
    statement = (
        "SELECT TO_CHAR(trandate, 'YYYY-MM-DD HH24:MI:SS') AS d, TO_CHAR(trandate, 'DD.MM.YY') AS e FROM transaction"
    )
    assert account.rows(f"{statement} WHERE id = 7007") == [{"d": "2026-04-15 00:00:00", "e": "15.04.26"}]


def test_moments_are_in_the_accounts_zone():
    """5: the zone is not documented; this account lies in California by default."""
    account = Account().sign_in()
    account.customer()
    account.invoice()
    statement = "SELECT TO_CHAR(lastmodifieddate, 'YYYY-MM-DD HH24:MI:SS') AS m FROM transaction"
    assert account.rows(statement) == [{"m": "2026-11-21 04:00:00"}]
    account.control("POST options", timezone="Asia/Tokyo")
    assert account.rows(statement) == [{"m": "2026-11-21 21:00:00"}]


def test_switches_are_t_and_f(account):
    assert account.rows("SELECT posting FROM transaction WHERE id = 7001") == [{"posting": "T"}]


def test_amounts_add_up_without_noise(account):
    statement = "SELECT SUM(foreigntotal) AS s, SUM(foreigntotal) - 150.4 AS d FROM transaction WHERE type = 'CustInvc'"
    assert account.rows(statement) == [{"s": "150.5", "d": "0.1"}]


def test_builtin_df_gives_the_display_name(account):
    statement = (
        "SELECT BUILTIN.DF(t.currency) c, BUILTIN.DF(t.status) s, BUILTIN.DF(t.postingperiod) p FROM transaction t"
    )
    expected = {"c": "US Dollar", "s": "Invoice : Paid In Full", "p": "Mar 2026"}
    assert account.rows(f"{statement} WHERE t.id = 7001") == [expected]


# What the tables hold


def test_type_codes_are_netsuites(account):
    statement = "SELECT type, COUNT(*) AS n FROM transaction GROUP BY type ORDER BY type"
    assert account.rows(statement) == [
        {"type": "CustCred", "n": "1"},
        {"type": "CustInvc", "n": "5"},
        {"type": "CustPymt", "n": "1"},
    ]


def test_paid_and_unpaid_of_an_invoice(account):
    statement = "SELECT foreignamountpaid p, foreignamountunpaid u, status FROM transaction"
    paid, unpaid = account.rows(f"{statement} WHERE id IN (7001, 7002) ORDER BY id")
    assert paid == {"p": "10.1", "u": "0", "status": "B"}
    assert unpaid == {"p": "0", "u": "20.1", "status": "A"}


def test_a_payment_has_used_and_unused_instead(account):
    statement = (
        "SELECT foreignamountunpaid u, foreignpaymentamountused a, foreignpaymentamountunused b FROM transaction"
    )
    assert account.rows(f"{statement} WHERE type = 'CustPymt'") == [{"a": "10.1", "b": "9.9"}]


def test_links_lead_from_the_invoice_to_what_paid_it(account):
    statement = """SELECT l.previousdoc AS invoice_id, l.nextdoc AS payment_id, p.externalid, p.foreigntotal
        FROM nexttransactionlinelink l JOIN transaction p ON p.id = l.nextdoc
        WHERE p.type = 'CustPymt' AND l.previousdoc IN (7001, 7002) ORDER BY l.previousdoc, l.nextdoc"""
    row = {"invoice_id": "7001", "payment_id": "7006", "externalid": "CB-acme-TXN-txn_9", "foreigntotal": "20"}
    assert account.rows(statement) == [row]


def test_lines_are_positive_where_they_debit(account):
    statement = "SELECT id, mainline, item, foreignamount FROM transactionline WHERE transaction = 7002 ORDER BY id"
    assert account.rows(statement) == [
        {"id": "0", "mainline": "T", "foreignamount": "20.1"},
        {"id": "1", "mainline": "F", "item": "310", "foreignamount": "-20.1"},
    ]


def test_the_ledger_can_be_proved(account):
    """5: join transaction, transactionaccountingline by both key columns, account; posting = 'T'."""
    statement = """SELECT a.acctnumber, SUM(NVL(g.debit, 0)) d, SUM(NVL(g.credit, 0)) c
        FROM transaction t
        INNER JOIN transactionline l ON l.transaction = t.id
        INNER JOIN transactionaccountingline g ON g.transaction = l.transaction AND g.transactionline = l.id
        INNER JOIN account a ON a.id = g.account
        WHERE t.posting = 'T' AND t.type = 'CustInvc' GROUP BY a.acctnumber ORDER BY a.acctnumber"""
    assert account.rows(statement) == [
        {"acctnumber": "1100", "d": "150.5", "c": "0"},
        {"acctnumber": "4000", "d": "0", "c": "150.5"},
    ]


def test_the_backfill_of_the_vendor_file_runs(account):
    statement = """SELECT t.id, t.externalid, t.type, t.tranid, t.entity, t.foreigntotal, t.foreignamountunpaid,
               TO_CHAR(t.lastmodifieddate,'YYYY-MM-DD HH24:MI:SS') AS modified
        FROM transaction t
        WHERE t.type IN ('CustInvc','CustCred','CustPymt','CustRfnd') AND t.externalid LIKE 'CB-acme-%'
          AND t.lastmodifieddate >= TO_TIMESTAMP('2026-03-01 00:00:00','YYYY-MM-DD HH24:MI:SS') AND t.id > 7002
        ORDER BY t.id"""
    assert [row["id"] for row in account.rows(statement)] == ["7003", "7004", "7005", "7006", "7007"]


def test_writes_are_seen_at_once():
    account = Account().sign_in()
    account.customer()
    account.invoice(amount=10.0)
    statement = "SELECT foreigntotal FROM transaction WHERE externalid = ?"
    before = account.rows(statement, "CB-acme-INV-1001")
    account.invoice(amount=11.0)
    assert before + account.rows(statement, "CB-acme-INV-1001") == [{"foreigntotal": "10"}, {"foreigntotal": "11"}]


def test_deleted_records_are_gone():
    account = Account().sign_in()
    account.customer()
    account.send("DELETE", f"/services/rest/record/v1/invoice/{account.invoice()}")
    assert account.rows("SELECT id FROM transactionline") == []


# The language


@pytest.mark.parametrize(
    ("condition", "params", "ids"),
    [
        ("externalid IN (?, ?)", ["CB-acme-INV-1", "CB-acme-INV-9"], ["7001"]),
        ("id = ?", ["7002"], ["7002"]),
        ("id BETWEEN 7002 AND 7003", [], ["7002", "7003"]),
        ("NOT (id > 7002 OR tranid = 'CB-1')", [], ["7002"]),
        ("memo LIKE '100\\%\\_%' ESCAPE '\\'", [], ["7002"]),
        ("externalid LIKE ? AND type = 'CustInvc' AND foreigntotal >= 40.1", ["CB-acme-%"], ["7004", "7005"]),
        ("externalid LIKE 'cb-acme-%'", [], []),
        ("UPPER(externalid) LIKE '%INV-3'", [], ["7003"]),
        ("duedate IS NULL", [], ["7006", "7007"]),
        ("trandate >= TO_DATE(?, 'YYYY-MM-DD')", ["2026-04-01"], ["7007"]),
        ("trandate = TO_DATE('15/04/2026', 'DD/MM/YYYY')", [], ["7007"]),
        ("id IN (SELECT nextdoc FROM nexttransactionlinelink)", [], ["7006"]),
        ("EXISTS (SELECT l.nextdoc FROM nexttransactionlinelink l WHERE l.previousdoc = t.id)", [], ["7001"]),
        ("COALESCE(memo, '-') = '100%_x'", [], ["7002"]),
        ("tranid || '-' || type = 'CB-5-CustInvc'", [], ["7005"]),
        ("foreigntotal * 2 - 0.2 = 20", [], ["7001"]),
        ("CASE WHEN type = 'CustPymt' THEN 1 ELSE 0 END = 1", [], ["7006"]),
    ],
)
def test_it_understands_conditions(account, condition, params, ids):
    statement = f"SELECT t.id FROM transaction t WHERE {condition} ORDER BY t.id"
    assert [row["id"] for row in account.rows(statement, *params)] == ids


def test_it_joins_in_either_syntax(account):
    ansi = "SELECT c.symbol FROM transaction t LEFT JOIN currency c ON c.id = t.currency WHERE t.id = 7001"
    oracle = "SELECT c.symbol FROM transaction t, currency c WHERE c.id = t.currency AND t.id = 7001"
    assert account.rows(ansi) == account.rows(oracle) == [{"symbol": "USD"}]


def test_the_two_syntaxes_do_not_mix(account):
    statement = "SELECT t.id FROM transaction t, currency c JOIN account a ON a.id = c.id"
    assert "cannot be mixed" in refused(account, statement)


def test_nulls_come_last_as_in_oracle(account):
    rows = account.rows("SELECT id, memo FROM transaction WHERE id < 7004 ORDER BY memo, id")
    assert [row["id"] for row in rows] == ["7002", "7001", "7003"]


def test_it_groups_and_filters_groups(account):
    statement = "SELECT type, MAX(foreigntotal) AS m FROM transaction GROUP BY type HAVING COUNT(*) > 1"
    assert account.rows(statement) == [{"type": "CustInvc", "m": "50.1"}]


def test_a_column_outside_the_group_is_refused(account):
    assert "not a GROUP BY expression" in refused(account, "SELECT type, id FROM transaction GROUP BY type")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT nonsense FROM transaction", "Unknown identifier 'nonsense'"),
        ("SELECT x.id FROM transaction t", "Unknown identifier 'x.id'"),
        ("SELECT id FROM nowhere", "Record 'nowhere' was not found"),
        ("SELECT id FROM transaction t JOIN currency c ON c.id = t.currency", "ambiguous"),
        ("SELECT id FROM transaction WHERE id = 'CB-1'", "Invalid number"),
        ("SELECT id FROM transaction WHERE id IN (7001, 'CB-1')", "Invalid number"),
        ("SELECT id FROM transaction WHERE trandate > '2026-01-01'", "Date literals are not supported"),
        ("SELECT id FROM transaction WHERE trandate > DATE '2026-01-01'", "Date literals are not supported"),
        ("SELECT id FROM transaction LIMIT 5", "LIMIT"),
        ("WITH t AS (SELECT 1) SELECT id FROM t", "Syntax error"),
        ("SELECT [id] FROM transaction", "Syntax error"),
        ("SELECT tranid + 'x' FROM transaction", "use ||"),
        ("SELECT t.id FROM transaction t, currency c WHERE t.currency = c.id (+)", "(+)"),
        ("SELECT FIRE(id) FROM transaction", "Unknown function"),
        ("DELETE FROM transaction", "Syntax error"),
        ("SELECT id FROM transaction; SELECT id FROM account", "Syntax error"),
        ("SELECT id FROM transaction WHERE id = ?", "1 parameters are expected, 0 were given"),
    ],
)
def test_it_refuses_what_netsuite_refuses(account, statement, words):
    assert words in refused(account, statement)


def test_one_bad_id_breaks_the_whole_look_up(account):
    """7.11: one non-numeric id in an IN list broke the whole batch."""
    assert "Invalid number" in refused(account, "SELECT id FROM transaction WHERE id IN (?, ?)", "7001", "CB-1")


def test_a_date_is_no_parameter(account):
    statement = "SELECT id FROM transaction WHERE trandate > ?"
    assert "Date literals are not supported" in refused(account, statement, "2026-01-01")


@pytest.mark.parametrize(("count", "status"), [(1000, 200), (1001, 400)])
def test_in_takes_a_thousand_arguments(account, count, status):
    marks = ",".join("?" * count)
    assert account.query(f"SELECT id FROM transaction WHERE externalid IN ({marks})", *["x"] * count).status == status


def test_a_computed_field_is_a_system_fault(account):
    """6.2: some invalid fields give 500 UNEXPECTED_ERROR instead, so a 500 is not always transient."""
    assert error(account.query("SELECT balance FROM customer"))[:2] == (500, "UNEXPECTED_ERROR")


def test_a_parameter_is_a_value_and_never_text_of_the_statement(account):
    assert account.rows("SELECT id FROM transaction WHERE externalid = ?", "x' OR '1' = '1") == []


# Permissions and order


def test_a_table_without_permission_looks_missing():
    """6: missing table permission shows as Record 'x' was not found."""
    account = Account().sign_in()
    account.control("POST role", lacks=["Customers"])
    assert "Record 'customer' was not found" in refused(account, "SELECT id FROM customer")


def test_rows_without_permission_are_missing_without_a_word():
    account = Account().sign_in()
    account.customer()
    account.payment(applied={account.invoice(): 100.0})
    account.control("POST role", lacks=["Invoice"])
    assert account.rows("SELECT type FROM transaction") == [{"type": "CustPymt"}]
    assert account.rows("SELECT DISTINCT transaction FROM transactionline") == [{"transaction": "7002"}]


def test_no_workbook_no_suiteql():
    account = Account().sign_in()
    account.control("POST role", lacks=["SuiteAnalytics Workbook"])
    assert error(account.query("SELECT id FROM account"))[:2] == (403, "INSUFFICIENT_PERMISSION")


def test_rows_lacking_a_total_order_can_be_shuffled():
    """5: pagination is re-executed per page, without a total ORDER BY rows repeat or vanish."""
    account = Account().sign_in()
    account.customer()
    for number in range(30):
        account.put("invoice", f"I{number}", sale(0, line(float(number + 1))))
    account.control("POST options", shuffle=True)
    loose = [account.rows("SELECT id FROM transaction ORDER BY type") for _ in range(2)]
    total = [account.rows("SELECT id FROM transaction ORDER BY type, id") for _ in range(2)]
    assert loose[0] != loose[1]
    assert total[0] == total[1]
