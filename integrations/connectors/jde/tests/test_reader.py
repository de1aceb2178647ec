"""Reading whole tables: by the server's word that there is more, never by counting; by cursor where order is lost."""

import pytest

from integrations.connectors.jde.query import Query
from integrations.connectors.jde.reader import pages, rows
from integrations.connectors.jde.tests.kit import canned, grid
from integrations.errors import ContractError, UnavailableError
from integrations.sandbox.app import Response

ACCOUNTS = Query(table="F0901", columns=("AID",))
VOUCHERS = Query(table="F0411", columns=("DOC", "SFX"))


def data(answer):
    return lambda request: answer(request) if "dataservice" in request.path else None


def test_it_reads_a_table_that_the_server_cuts(bench):
    bench.control("POST options", fetch_limit=7)
    session = bench.session()
    assert len({row.text("AID") for row in rows(session.client, ACCOUNTS, "AID")}) == 144


@pytest.mark.parametrize("table", ["F0901", "F0006"])
def test_it_reads_a_table_whose_order_is_not_kept(bench, table):
    key = {"F0901": "AID", "F0006": "MCU"}[table]
    bench.control("POST options", fetch_limit=7, browse_orders=False)
    found = list(rows(bench.session().client, Query(table=table, columns=(key,)), key))
    assert len(found) == len({row.text(key) for row in found}) == {"F0901": 144, "F0006": 12}[table]


def test_it_leaves_the_last_key_of_a_page_for_the_next_one():
    found = [{"DOC": 1, "SFX": "001"}, {"DOC": 2, "SFX": "001"}, {"DOC": 2, "SFX": "002"}]

    def answer(request):
        conditions = request.json()["query"]["condition"]
        after = int(conditions[0]["value"][0]["content"]) if conditions else 0
        left = [row for row in found if row["DOC"] > after]
        return grid("F0411", left[:2], more=len(left) > 2)

    with canned(data(answer)) as (bench, _):
        got = [
            [(row.whole("DOC"), row.text("SFX")) for row in page]
            for page in pages(bench.session().client, VOUCHERS, "DOC")
        ]
    assert got == [[(1, "001")], [(2, "001"), (2, "002")]]


def test_it_starts_again_when_the_result_set_expires():
    turns = iter([False, True, False, True, True])
    link = [{"rel": "next", "href": "https://inside.example:1/jderest/v2/dataservice/next?rid=1&token=044secret"}]

    def answer(request):
        if not request.path.endswith("/next"):
            return grid("F0411", [{"DOC": 9, "SFX": "1"}, {"DOC": 3, "SFX": "1"}], more=True, links=link)
        if not next(turns):
            said = "JAS_MSG347: The result set has expired"
            return Response.json(500, {"sysErrors": [{"TITLE": said, "DESC": said}]})
        return grid("F0411", [{"DOC": 5, "SFX": "1"}])

    with canned(data(answer)) as (bench, _):
        found = [row.whole("DOC") for row in rows(bench.session().client, VOUCHERS, "DOC")]
    assert found == [3, 5, 9]


def test_it_gives_up_on_a_result_set_that_always_expires():
    link = [{"rel": "next", "href": "/jderest/v2/dataservice/next?rid=1"}]

    def answer(request):
        if not request.path.endswith("/next"):
            return grid("F0411", [{"DOC": 9, "SFX": "1"}, {"DOC": 3, "SFX": "1"}], more=True, links=link)
        return Response.json(500, {"sysErrors": [{"TITLE": "JAS_MSG347: gone", "DESC": "JAS_MSG347: gone"}]})

    with canned(data(answer)) as (bench, _), pytest.raises(UnavailableError) as caught:
        list(rows(bench.session().client, VOUCHERS, "DOC"))
    assert caught.value.code == "jde_cursor_lost"


def test_it_follows_links_at_its_own_address_only():
    link = [{"rel": "next", "href": "https://evil.example/steal?rid=1"}]
    unordered = [{"DOC": 9, "SFX": "1"}, {"DOC": 3, "SFX": "1"}]
    with (
        canned(data(lambda request: grid("F0411", unordered, more=True, links=link))) as (bench, _),
        pytest.raises(ContractError),
    ):
        list(rows(bench.session().client, VOUCHERS, "DOC"))


def test_it_types_cells_by_alias_and_not_by_their_look():
    row = {
        "VINV": "20250101",
        "DIVJ": "20260131",
        "DDJ": None,
        "DGJ": "",
        "MCU": "         110",
        "AG": 10,
        "CRCD": "EUR ",
    }
    with canned(data(lambda request: grid("F0411", [row]))) as (bench, _):
        (found,) = rows(bench.session().client, Query(table="F0411", columns=("DOC",)), "DOC")
    assert found.text("VINV") == "20250101"
    assert found.day("DIVJ").isoformat() == "2026-01-31"
    assert (found.day("DDJ"), found.day("DGJ")) == (None, None)
    assert (found.text("MCU"), found.text("CRCD")) == ("110", "EUR")


def test_it_refuses_a_cell_of_the_wrong_type():
    with canned(data(lambda request: grid("F0411", [{"DIVJ": "126034"}]))) as (bench, _):
        (found,) = rows(bench.session().client, Query(table="F0411", columns=("DOC",)), "DOC")
        with pytest.raises(ContractError) as caught:
            found.day("DIVJ")
    assert caught.value.field == "F0411.DIVJ"
