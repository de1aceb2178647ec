"""Discovery and OpenAPI: vendor section 4.4, checklist item 7."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import control, make_world, signed_in

CONTRACT = {
    "MLC_SYS_PING", "MLC_GL_ADD_JE", "MLC_AB_UPSERT_CUSTOMER", "MLC_AP_ADD_VOUCHER", "MLC_AP_RECORD_PAYMENT",
    "MLC_AP_SET_PAY_STATUS", "MLC_AP_VOID_PAYMENT", "MLC_AP_VOID_VOUCHER",
}  # fmt: skip


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return signed_in(world)


def listed(client, name=""):
    return client.get(f"/discover/{name}" if name else "/discover").json()["orchestrations"]


def change(world, name, **changes):
    return control(world).post("/orchestrations/jde", json={"name": name, **changes})


def test_it_lists_the_contract(client):
    assert {one["name"] for one in listed(client)} == CONTRACT


def test_it_describes_one_by_its_name_or_its_object(client):
    found = listed(client, "MLC_GL_ADD_JE")
    assert listed(client, found[0]["omwObjectName"]) == found
    assert (found[0]["inputFormat"], found[0]["udoGroup"], found[0]["containsContinueOnError"]) == (
        "Generic", "Shared", False,
    )  # fmt: skip


def test_arrays_show_what_they_hold(client):
    lines = next(one for one in listed(client, "MLC_GL_ADD_JE")[0]["inputs"] if one["name"] == "lines")
    assert {"name": "account", "type": "String"} in lines["array"]
    assert {"name": "amount", "type": "Numeric"} in lines["array"]


def test_what_is_not_there_is_an_empty_list(client):
    assert listed(client, "MLC_AR_ADD_INVOICE") == []


def test_security_hides_without_a_word(world):
    assert listed(signed_in(world, "MLREAD")) == []


@pytest.mark.parametrize(
    ("changes", "is_listed"),
    [
        ({"imported": False}, False),
        ({"udoGroup": "Personal"}, False),
        ({"exposeOrchInDiscovery": False}, False),
        ({"udoGroup": "Pending Approval"}, True),
        ({"containsContinueOnError": True}, True),
    ],
)
def test_a_misconfigured_import_shows_as_the_real_one_would(world, client, changes, is_listed):
    change(world, "MLC_GL_ADD_JE", **changes)
    found = listed(client, "MLC_GL_ADD_JE")
    assert bool(found) is is_listed
    assert not found or changes.items() <= found[0].items()


def test_inputs_may_be_lost_or_hidden(world, client):
    change(world, "MLC_GL_ADD_JE", lacks=["glDate"])
    assert "glDate" not in {one["name"] for one in listed(client, "MLC_GL_ADD_JE")[0]["inputs"]}
    change(world, "MLC_GL_ADD_JE", exposeInputsInDiscovery=False)
    found = listed(client, "MLC_GL_ADD_JE")[0]
    assert (found["inputs"], found["exposeInputsInDiscovery"]) == ([], False)


@pytest.mark.parametrize(
    ("path", "version"),
    [("/v3/open-api-catalog3", "openapi"), ("/v3/open-api-catalog", "swagger"), ("/v2/open-api-catalog", "swagger")],
)
def test_it_describes_itself_as_openapi(client, path, version):
    found = client.get(path).json()
    assert version in found
    assert {one.rpartition("/")[2] for one in found["paths"]} == CONTRACT
    assert len(client.get(f"{path}/MLC_SYS_PING").json()["paths"]) == 1
