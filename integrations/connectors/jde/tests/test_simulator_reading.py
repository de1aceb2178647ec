"""The data service: shapes, types, literals, security: vendor sections 3 and 6.1, checklist item 4."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    act,
    add_supplier,
    browse_body,
    condition,
    control,
    enterprise_of,
    grid,
    make_world,
    options,
    rows,
    run,
    signed_in,
    voucher,
)


@pytest.fixture(scope="module")
def world():
    return make_world(seed=1)


@pytest.fixture(scope="module")
def client(world):
    return signed_in(world)


def browse(client, *args, **how):
    return client.post("/v2/dataservice", json=browse_body(*args, **how))


def test_it_names_columns_with_a_dot_in_and_an_underscore_out(client):
    answer = browse(client, "F0010", columns="CO NAME", order=["CO"])
    body = answer.json()
    assert body["fs_DATABROWSE_F0010"]["title"] == "Data Browser - F0010 [Company Constants]"
    assert list(grid(answer)["columns"]) == ["F0010_CO", "F0010_NAME"]
    assert (body["currentApp"], body["sysErrors"]) == ("DATABROWSE_F0010", [])


def test_it_gives_all_columns_where_none_are_named(client):
    assert {"F0013_CRCD", "F0013_CDEC", "F0013_UPMJ"} <= set(grid(browse(client, "F0013"))["rowset"][0])


def test_its_summary_counts_the_rows_returned_not_all(client):
    assert grid(browse(client, "F0901", size="5"))["summary"] == {"records": 5, "moreRecords": True}


@pytest.mark.parametrize(("size", "records"), [("", 100), ("7", 7), ("No Max", 151)])
def test_it_limits_rows_to_100_unless_told_otherwise(world, client, size, records):
    options(world, fetch_limit=2000)
    table = enterprise_of(world).store["F0005"]
    while len(table) < 151:
        table.add(SY="55", RT="XX", KY=str(len(table)))
    assert grid(browse(client, "F0005", size=size))["summary"]["records"] == records


def test_the_fetch_limit_cuts_reads_without_a_word_but_more_records(world, client):
    options(world, fetch_limit=20)
    shown = grid(browse(client, "F0901", size="No Max"))["summary"]
    options(world, fetch_limit=2000)
    assert shown == {"records": 20, "moreRecords": True}


@pytest.mark.parametrize("value", [500, True])
def test_a_page_size_is_text(client, value):
    assert client.post("/v2/dataservice", json=browse_body("F0010", maxPageSize=value)).status_code == 500


@pytest.mark.parametrize(("flag", "auto", "found"), [("true", False, 4), ("TRUE", False, 4), ("false", False, 0)])
def test_it_finds_only_when_asked_to(client, flag, auto, found):
    body = browse_body("F0010", findOnEntry=flag, query={"autoFind": auto})
    assert grid(client.post("/v2/dataservice", json=body))["summary"]["records"] == found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"targetName": "F9999"}, "F9999 is not a table"),
        ({"targetType": "report"}, "Unknown targetType"),
        ({"returnControlIDs": "F0010.CCCO"}, "Column F0010.CCCO is not valid"),
        ({"returnControlIDs": "CO"}, "Column CO is not valid"),
        ({"query": {"condition": [condition("F0101.AN8", "EQUAL", "1")]}}, "Column F0101.AN8 is not valid for F0010"),
        ({"query": {"condition": [condition("F0010.CO", "LIKE", "1")]}}, "Unknown operator LIKE"),
        ({"query": {"condition": [condition("F0010.CO", "BETWEEN", "1")]}}, "takes 2 values"),
        ({"query": {"matchType": "MATCH_SOME", "condition": [condition("F0010.CO", "EQUAL", "1")]}}, "matchType"),
        ({"dataServiceType": "UPDATE"}, "not offered"),
        ({"outputType": "XML"}, "not offered"),
    ],
)
def test_it_refuses_what_it_does_not_understand(client, changes, said):
    answer = client.post("/v2/dataservice", json=browse_body("F0010", **changes))
    assert answer.status_code == 500
    assert said in answer.json()["message"]


def test_a_demo_shows_the_columns_without_rows(client):
    found = grid(client.post("/v2/dataservice", json=browse_body("F0401", formServiceDemo="TRUE")))
    assert (found["summary"]["records"], found["columns"]["F0401_TRAP"]) == (0, "Pymt Terms")


def test_a_view_is_read_under_its_own_name_and_its_table_s_columns(client):
    body = browse_body("F0101", columns="AN8", targetName="V0101A", targetType="view", size="1")
    answer = client.post("/v2/dataservice", json=body)
    assert list(answer.json()["fs_DATABROWSE_V0101A"]["data"]["gridData"]["rowset"][0]) == ["F0101_AN8"]


def test_codes_are_padded_and_business_units_right_justified(client):
    row = grid(browse(client, "F4311", columns="DCTO NXTR LNTY MCU DSC1"))["rowset"][0]
    assert [len(row[f"F4311_{name}"]) for name in ("DCTO", "NXTR", "LNTY", "MCU")] == [2, 3, 2, 12]
    assert row["F4311_MCU"].startswith("  ")


def test_it_filters_business_units_unpadded_and_companies_padded(client):
    assert rows(client, "F0006", condition("F0006.MCU", "EQUAL", "110"), columns="DL01") == [{"DL01": "Sales"}]
    assert rows(client, "F0010", condition("F0010.CO", "EQUAL", "1")) == []


def test_blanks_come_in_two_ways(client):
    found = grid(browse(client, "F0901", columns="SUB", size="200"))["rowset"]
    assert {"", " "} <= {row["F0901_SUB"] for row in found}


def test_dates_are_eight_digits_and_no_date_is_blank_or_null(client):
    found = grid(browse(client, "F0413", columns="DMTJ VDGJ"))["rowset"]
    assert all(len(row["F0413_DMTJ"]) == 8 for row in found)
    assert {row["F0413_VDGJ"] for row in found if not row["F0413_VDGJ"]} == {"", None}


def test_times_are_numbers_without_leading_zeros(client):
    found = grid(browse(client, "F0010", columns="UPMT"))["rowset"]
    assert all(isinstance(row["F0010_UPMT"], int) for row in found)


def test_order_tables_keep_their_time_in_tday(client):
    assert grid(browse(client, "F4301", columns="TDAY UPMJ"))["rowset"]
    assert browse(client, "F4301", columns="UPMT").status_code == 500


def test_amounts_have_their_decimals_applied_by_currency():
    world = make_world()
    client = signed_in(world)
    supplier = add_supplier(world, currency="KWD")
    run(client, "MLC_AP_ADD_VOUCHER", **voucher(supplier, gross="12.345", currencyCode="KWD"))
    found = rows(client, "F0411", columns="CRRM CRCD ACR FAP AG BCRC")[0]
    assert (found["CRRM"], found["ACR"], found["FAP"], found["BCRC"]) == ("F", 12.345, 12.345, "USD")


@pytest.mark.parametrize(
    ("user", "good", "bad"),
    [
        ("MLCONN", "11/20/2026", "2026-11-20"),
        ("MLCONN", "11/20/2026", "20/11/2026"),
        ("MLEURO", "20.11.2026", "11/20/2026"),
        ("MLSHORT", "20/11/26", "20/11/2026"),
        ("MLCONN", "11/20/2026", "20261120"),
        ("MLCONN", "11/20/2026", "126324"),
    ],
)
def test_date_literals_follow_the_user_s_format_alone(world, user, good, bad):
    client = signed_in(world, user)
    assert browse(client, "F0411", condition("F0411.DGJ", "LESS", good)).status_code == 200
    answer = browse(client, "F0411", condition("F0411.DGJ", "LESS", bad))
    assert (answer.status_code, "Invalid date" in answer.json()["message"]) == (500, True)


@pytest.mark.parametrize(("user", "good", "bad"), [("MLEURO", "1,5", "1.5"), ("MLCONN", "1.5", "1,5")])
def test_number_literals_follow_the_user_s_decimal_format(world, user, good, bad):
    client = signed_in(world, user)
    assert browse(client, "F0411", condition("F0411.AG", "GREATER", good)).status_code == 200
    assert browse(client, "F0411", condition("F0411.AG", "GREATER", bad)).status_code == 500


def test_row_security_hides_rows_without_a_word(world):
    found = rows(signed_in(world, "MLUSA"), "F0411", columns="CO", size="500")
    assert {row["CO"] for row in found} == {"00001"}


def test_a_table_without_permission_is_refused(world):
    client = signed_in(world, "MLNOAP")
    assert browse(client, "F0411").status_code == 500
    assert browse(client, "F0101").status_code == 200


def test_the_prototype_environment_is_another_one(world):
    client = signed_in(world, "MLTEST", environment="JPY920")
    assert [row["CO"] for row in rows(client, "F0010", order=["CO"])] == ["00000", "00001"]
    assert rows(client, "F0411") == []


@pytest.mark.parametrize("kind", ["search_lag", "index_lag"])
def test_new_rows_show_late_under_lag(kind):
    world = make_world()
    client = signed_in(world)
    control(world).post("/faults/jde", json={"rules": [{"kind": kind, "value_s": 30}]})
    world.advance(60)
    supplier = add_supplier(world)
    wanted = condition("F0401.AN8", "EQUAL", str(supplier))
    assert rows(client, "F0401", wanted) == []
    world.advance(31)
    assert len(rows(client, "F0401", wanted)) == 1


def test_version_1_wraps_cells_unless_asked_for_grid_data(client):
    body = browse_body("F0010", columns="CO", outputType="")
    old = grid(client.post("/dataservice", json=body))["rowset"][0]
    assert set(old["F0010_CO"]) >= {"value", "internalValue"}
    assert isinstance(grid(client.post("/v2/dataservice", json=body))["rowset"][0]["F0010_CO"], str)


def test_audit_rows_carry_the_server_s_own_zone():
    world = make_world()
    supplier = add_supplier(world)
    options(world, erp={"timezone": "Pacific/Auckland"})
    act(world, "change_supplier", supplier=supplier, name="Renamed")
    row = rows(signed_in(world), "F0101", condition("F0101.AN8", "EQUAL", str(supplier)))[0]
    assert (row["UPMJ"], row["UPMT"]) == ("20261122", 70000)


def test_a_change_of_terms_leaves_the_address_book_alone():
    world = make_world()
    supplier = add_supplier(world)
    before = enterprise_of(world).store["F0101"].find(AN8=supplier)[0]["UPMT"]
    world.advance(600)
    act(world, "change_supplier", supplier=supplier, terms="N60")
    client = signed_in(world)
    assert rows(client, "F0101", condition("F0101.AN8", "EQUAL", str(supplier)))[0]["UPMT"] == before
    assert rows(client, "F0401", condition("F0401.AN8", "EQUAL", str(supplier)))[0]["UPMT"] == before + 1000
