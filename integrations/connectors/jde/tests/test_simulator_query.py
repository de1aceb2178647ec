"""Operators, nesting, special values, the simple GET form and aggregation: vendor sections 3.1, 3.4, 3.5."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    add_supplier,
    browse_body,
    condition,
    control,
    grid,
    make_world,
    rows,
    run,
    signed_in,
    voucher,
)


@pytest.fixture(scope="module")
def world():
    return make_world()


@pytest.fixture(scope="module")
def client(world):
    return signed_in(world)


def codes(client, *conditions, **how):
    found = rows(client, "F0013", *conditions, columns="CRCD", order=["CRCD"], **how)
    return [row["CRCD"] for row in found]


@pytest.mark.parametrize(
    ("operator", "contents", "found"),
    [
        ("EQUAL", ("EUR",), ["EUR"]),
        ("NOT_EQUAL", ("EUR",), ["AUD", "CAD", "CHF", "GBP", "JPY", "KWD", "SEK", "USD"]),
        ("LESS", ("CHF",), ["AUD", "CAD"]),
        ("LESS_EQUAL", ("CHF",), ["AUD", "CAD", "CHF"]),
        ("GREATER", ("SEK",), ["USD"]),
        ("GREATER_EQUAL", ("SEK",), ["SEK", "USD"]),
        ("BETWEEN", ("EUR", "JPY"), ["EUR", "GBP", "JPY"]),
        ("LIST", ("USD", "AUD"), ["AUD", "USD"]),
        ("STR_START_WITH", ("C",), ["CAD", "CHF"]),
        ("STR_END_WITH", ("D",), ["AUD", "CAD", "KWD", "USD"]),
        ("STR_CONTAIN", ("U",), ["AUD", "EUR", "USD"]),
        ("STR_BLANK", (), []),
        ("EQUAL", ("eur",), []),
        ("EQUAL", ("E*",), []),
    ],
)
def test_it_compares_text(client, operator, contents, found):
    assert codes(client, condition("F0013.CRCD", operator, *contents)) == found


@pytest.mark.parametrize(("operator", "count"), [("STR_BLANK", 9), ("STR_NOT_BLANK", 0)])
def test_it_knows_blank_columns(client, operator, count):
    assert len(rows(client, "F0013", condition("F0013.CKR", operator))) == count


def test_business_units_sort_and_compare_right_justified(client):
    found = rows(client, "F0006", condition("F0006.MCU", "GREATER", "40"), columns="MCU", order=["MCU"])
    assert [row["MCU"] for row in found][:3] == ["110", "120", "130"]


def test_it_joins_by_all_and_by_any(client):
    dollars, yen = condition("F0013.CRCD", "STR_END_WITH", "D"), condition("F0013.CDEC", "EQUAL", "3")
    assert codes(client, dollars, yen) == ["KWD"]
    assert codes(client, dollars, condition("F0013.CRCD", "EQUAL", "JPY"), match="MATCH_ANY") == [
        "AUD", "CAD", "JPY", "KWD", "USD",
    ]  # fmt: skip


def test_it_nests_queries_from_left_to_right(client):
    parts = [
        {"andOr": "AND", "query": {"condition": [condition("F0013.CRCD", "EQUAL", "EUR")]}},
        {"andOr": "OR", "query": {"condition": [condition("F0013.CRCD", "STR_END_WITH", "D")]}},
        {"andOr": "AND", "query": {"condition": [condition("F0013.CDEC", "EQUAL", "2")]}},
    ]
    body = browse_body("F0013", columns="CRCD", order=["CRCD"], query={"autoFind": True, "complexQuery": parts})
    found = grid(client.post("/v2/dataservice", json=body))["rowset"]
    assert [row["F0013_CRCD"].strip() for row in found] == ["AUD", "CAD", "EUR", "USD"]


def test_a_keyset_page_of_a_composite_key_needs_a_nested_query(client):
    later = [
        {"andOr": "AND", "query": {"condition": [condition("F0005.RT", "GREATER", "PS")]}},
        {
            "andOr": "OR",
            "query": {"condition": [condition("F0005.RT", "EQUAL", "PS"), condition("F0005.KY", "GREATER", "H")]},
        },
    ]
    body = browse_body("F0005", columns="RT KY", order=["RT", "KY"], query={"autoFind": True, "complexQuery": later})
    found = grid(client.post("/v2/dataservice", json=body))["rowset"]
    assert [row["F0005_KY"].strip() for row in found][:3] == ["P", "R", "X"]


@pytest.mark.parametrize(
    ("special", "content", "operator", "found"),
    [
        ("TODAY", "", "EQUAL", 1),
        ("TODAY_MINUS_DAY", "1", "GREATER_EQUAL", 1),
        ("TODAY_PLUS_DAY", "1", "LESS", 1),
        ("TODAY_MINUS_MONTH", "1", "LESS", 0),
        ("TODAY_PLUS_YEAR", "1", "GREATER", 0),
    ],
)
def test_special_days_count_from_the_server_s_day(special, content, operator, found):
    world = make_world()
    supplier = add_supplier(world)
    wanted = [
        condition("F0401.AN8", "EQUAL", str(supplier)),
        condition("F0401.UPMJ", operator, content, special=special),
    ]
    assert len(rows(signed_in(world), "F0401", *wanted)) == found


def test_the_login_user_is_a_special_value(world):
    client = signed_in(world)
    wanted = condition("F0101.USER", "EQUAL", "", special="LOGIN_USER")
    assert rows(client, "F0101", wanted) == []


@pytest.mark.parametrize(("special", "content"), [("TODAY_MINUS_DAY", "x"), ("YESTERDAY", "1")])
def test_it_refuses_unknown_special_values(client, special, content):
    body = browse_body("F0401", condition("F0401.UPMJ", "EQUAL", content, special=special))
    assert client.post("/v2/dataservice", json=body).status_code == 500


def test_it_orders_by_several_columns_and_directions(client):
    order = [{"column": "F0013.CDEC", "direction": "DESC"}, {"column": "F0013.CRCD", "direction": "ASC"}]
    body = browse_body("F0013", columns="CRCD", aggregation={"orderBy": order})
    found = [row["F0013_CRCD"].strip() for row in grid(client.post("/v2/dataservice", json=body))["rowset"]]
    assert (found[0], found[-1], found[1:3]) == ("KWD", "JPY", ["AUD", "CAD"])


def test_an_old_release_does_not_order_a_browse(world, client):
    control(world).post("/options/jde", json={"browse_orders": False})
    found = codes(client)
    control(world).post("/options/jde", json={"browse_orders": True})
    assert found[0] == "USD"


def test_the_simple_form_reads_repeated_parameters(client):
    params = [
        ("$field", "F0901.OBJ"), ("$field", "F0901.SUB"), ("$filter", "F0901.MCU EQ 1"),
        ("$filter", "F0901.OBJ LT 1120"),
        ("$filterType", "MATCH_ALL"), ("$limit", "4"), ("$sort", "+F0901.OBJ"), ("$sort", "-F0901.SUB"), ("$top", "1"),
    ]  # fmt: skip
    found = grid(client.get("/v2/dataservice/table/F0901", params=params))
    assert [row["F0901_OBJ"] for row in found["rowset"]] == ["1000", "1110", "1110", "1115"]
    assert [row["F0901_SUB"].strip() for row in found["rowset"]][1:3] == ["EURO", "BEAR"]


@pytest.mark.parametrize(
    "params",
    [{"$filter": "F0101.ALPH EQ Northwind Paper Co."}, {"$filter": "F0101.AN8 LIKE 1"}, {"$sort": " F0101.AN8"}],
)
def test_the_simple_form_has_no_escapes(client, params):
    assert client.get("/v2/dataservice/table/F0101", params=params).status_code == 500


def test_the_simple_form_takes_special_days(client):
    params = {"$filter": "F0010.UPMJ GE 2 TODAY_MINUS_DAY"}
    assert grid(client.get("/v2/dataservice/table/F0010", params=params))["summary"]["records"] == 0


def test_it_counts(client):
    body = browse_body("F0013", dataServiceType="COUNT")
    assert client.post("/v2/dataservice", json=body).json() == {"ds_F0013": {"count": 9}}


def test_it_answers_several_requests_in_one(client):
    body = {"batchDataRequest": True, "dataRequests": [browse_body("F0010"), browse_body("F0013")]}
    assert {"fs_0_DATABROWSE_F0010", "fs_1_DATABROWSE_F0013"} <= set(client.post("/v2/dataservice", json=body).json())


def aggregation(table, functions, groups=(), **more):
    spec = {
        "aggregations": [{"aggregation": name, "column": column} for name, column in functions],
        "groupBy": [{"column": f"{table}.{one}"} for one in groups],
        "orderBy": [{"column": f"{table}.{one}", "direction": "ASC"} for one in groups],
    }
    return browse_body(table, dataServiceType="AGGREGATION", aggregation=spec, **more)


@pytest.fixture
def paid():
    world = make_world()
    client = signed_in(world)
    supplier = add_supplier(world)
    for at, (company, account, amount, currency) in enumerate(
        (
            ("00001", "120.8650", "100.25", "USD"),
            ("00001", "120.8650", "20.25", "USD"),
            ("00040", "410.8650", "5000", "JPY"),
        )
    ):
        lines = [{"lineNumber": "1", "account": account, "amount": amount}]
        inputs = voucher(supplier, f"B{at:019d}", amount, company=company, currencyCode=currency, lines=lines)
        assert run(client, "MLC_AP_ADD_VOUCHER", **{**inputs, "supplierInvoice": f"S{at}"}).status_code == 200
    return client


def test_aggregations_use_dots_and_local_midnight(paid):
    wanted = aggregation("F0411", [("COUNT", "*"), ("SUM", "F0411.AG")], ["DGJ"])
    wanted["query"]["condition"] = [condition("F0411.CO", "EQUAL", "00001")]
    found = paid.post("/v2/dataservice", json=wanted).json()["ds_F0411"]["output"]
    midnight_in_chicago_ms = 1795154400000  # 2026-11-20 06:00 UTC
    assert found == [{"groupBy": {"F0411.DGJ": midnight_in_chicago_ms}, "COUNT": 2, "F0411.AG_SUM": 120.5}]


def test_sums_ignore_the_decimals_of_currencies(paid):
    wanted = aggregation("F0411", [("SUM", "F0411.AG"), ("MAX", "F0411.AG"), ("COUNT_DISTINCT", "F0411.AN8")], ["CO"])
    found = paid.post("/v2/dataservice", json=wanted).json()["ds_F0411"]["output"]
    yen = next(row for row in found if row["groupBy"] == {"F0411.CO": "00040"})
    assert (yen["F0411.AG_SUM"], yen["F0411.AN8_COUNT_DISTINCT"]) == (50, 1)


@pytest.mark.parametrize(
    "functions", [[("MEDIAN", "F0411.AG")], [("SUM", "*")], [("SUM", "F0411.VINV")], [], [("SUM", "F0411.XX")]]
)
def test_it_refuses_wrong_aggregations(paid, functions):
    assert paid.post("/v2/dataservice", json=aggregation("F0411", functions)).status_code == 500
