"""Next pages and keyset pages: vendor section 3.3, facts 3 to 5 of section 0.2."""

from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    browse_body,
    condition,
    control,
    grid,
    make_world,
    options,
    rows,
    signed_in,
)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return signed_in(world)


def first_page(client, size="20", **more):
    body = browse_body("F0901", columns="AID", order=["AID"], size=size, enableNextPageProcessing=True, **more)
    answer = client.post("/v2/dataservice", json=body)
    assert answer.status_code == 200
    return answer


def href(answer):
    return answer.json()["links"][0]["href"]


def local(answer):
    parts = urlsplit(href(answer))
    return f"{parts.path.removeprefix('/jderest')}?{parts.query}"


def test_the_link_names_another_host_and_carries_the_token(client):
    parts = urlsplit(href(first_page(client)))
    assert (parts.hostname, parts.path) == ("ais01.internal.corp.example", "/jderest/v2/dataservice/next")
    query = parse_qs(parts.query)
    assert query["token"] == [client.headers["jde-AIS-Auth"]]
    assert {"stackId", "stateId", "rid", "fullGridId", "formOID", "outputType", "returnControlIDs"} <= set(query)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_next_pages_keep_their_size_and_end_without_a_link(client, method):
    page = first_page(client)
    seen = [row["F0901_AID"] for row in grid(page)["rowset"]]
    while "links" in page.json():
        page = client.request(method, local(page))
        seen += [row["F0901_AID"] for row in grid(page)["rowset"]]
    assert seen == sorted(set(seen))
    assert len(seen) == len(rows(client, "F0901", size="2000"))
    assert grid(page)["summary"]["moreRecords"] is False


@pytest.mark.parametrize("flag", [True, "true"])
def test_the_flag_may_be_text(client, flag):
    body = browse_body("F0901", size="5", enableNextPageProcessing=flag)
    assert "links" in client.post("/v2/dataservice", json=body).json()


@pytest.mark.parametrize("more", [{"enableNextPageProcessing": False}, {"maxPageSize": "2000"}])
def test_there_is_no_link_unless_asked_for_and_needed(client, more):
    body = browse_body("F0901", size="5") | {"enableNextPageProcessing": True} | more
    assert "links" not in client.post("/v2/dataservice", json=body).json()


def test_version_1_has_no_pages(client):
    body = browse_body("F0901", size="5", enableNextPageProcessing=True)
    assert "links" not in client.post("/dataservice", json=body).json()


def test_a_result_set_dies_after_its_timeout_in_its_own_words(world, client):
    page = first_page(client)
    world.advance(61)
    answer = client.get(local(page))
    assert answer.status_code == 500
    assert answer.json()["sysErrors"][0]["TITLE"].startswith("JAS_MSG347")
    assert "message" not in answer.json()


def test_each_page_keeps_the_result_set_alive(world, client):
    page = first_page(client)
    for _ in range(3):
        world.advance(50)
        page = client.get(local(page))
        assert page.status_code == 200


def test_a_token_holds_one_result_set(client):
    older = first_page(client)
    first_page(client)
    assert client.get(local(older)).json()["sysErrors"]


def test_a_link_is_of_no_use_to_another_session(world, client):
    page = first_page(client)
    assert "JAS_MSG347" in signed_in(world).get(local(page)).text


def test_a_dead_token_ends_the_pages(world, client):
    page = first_page(client)
    control(world).post("/restart/jde")
    assert client.get(local(page)).status_code == 403


def test_a_link_that_is_opened_without_headers_lacks_the_device(client):
    page = first_page(client)
    del client.headers["jde-AIS-Auth"], client.headers["jde-AIS-Auth-Device"]
    assert client.get(local(page)).status_code == 444


def test_keyset_pages_survive_small_fetch_limits_and_new_rows(world, client):
    options(world, fetch_limit=7)
    control(world).post("/generate/jde", json={"suppliers": 20, "orders": 0, "invoices": 0})
    seen, last = [], "0"
    while True:
        body = browse_body("F0101", condition("F0101.AN8", "GREATER", last), columns="AN8", order=["AN8"])
        page = grid(client.post("/v2/dataservice", json=body))
        seen += [row["F0101_AN8"] for row in page["rowset"]]
        if not page["summary"]["moreRecords"]:
            break
        last = str(seen[-1])
    assert len(seen) == len(set(seen)) == 25  # 3 companies, 20 suppliers, 2 more that nobody buys from yet
