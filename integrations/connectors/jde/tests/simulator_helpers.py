"""What the simulator's own tests share: a world, a signed-in client of AIS, browses, a journal to post."""

from datetime import UTC, datetime

import httpx

from integrations.connectors.jde.simulator import build
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.world import World

NOON = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)  # noon in Chicago, where the server stands
HOST = "ais.acme.example"
DEVICE = "ml-test-device"


def make_world(start=NOON, **history):
    """Make a world whose clock stands still, with a purchasing history if its size is given."""
    world = World([build], clock=SandboxClock(start))
    if history:
        control(world).post("/generate/jde", json=history).raise_for_status()
    return world


def simulator_of(world):
    return world.simulators["jde"]


def enterprise_of(world):
    return simulator_of(world).enterprise


def control(world):
    """Give a client of the control API over WSGI."""
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("control")), base_url="http://control")


def options(world, **changes):
    """Turn switches of the default server (or of `host`)."""
    answer = control(world).post("/options/jde", json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ais(world, host=HOST, root="/jderest"):
    """Give a client of an AIS server over WSGI, not signed in."""
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("jde")), base_url=f"https://{host}:9300{root}")


def ask_token(client, user="MLCONN", **changes):
    """Ask for a token."""
    body = {"username": user, "password": f"sandbox-{user}", "deviceName": DEVICE, **changes}
    return client.post("/v2/tokenrequest", json=body)


def signed_in(world, user="MLCONN", host=HOST, **changes):
    """Give a client that sends its token and device with every request."""
    client = ais(world, host)
    answer = ask_token(client, user, **changes)
    assert answer.status_code == 200, answer.text
    client.headers["jde-AIS-Auth"] = answer.json()["userInfo"]["token"]
    client.headers["jde-AIS-Auth-Device"] = DEVICE
    return client


def condition(column, operator, *contents, special="LITERAL"):
    values = [{"content": content, "specialValueId": special} for content in contents]
    return {"controlId": column, "operator": operator, "value": values}


def browse_body(table, *conditions, columns="", order=(), size="500", match="MATCH_ALL", **more):
    """Make the body of a browse."""
    orders = [{"column": f"{table}.{one}", "direction": "ASC"} for one in order]
    return {
        "targetName": table,
        "targetType": "table",
        "dataServiceType": "BROWSE",
        "findOnEntry": "TRUE",
        "outputType": "GRID_DATA",
        "maxPageSize": size,
        "returnControlIDs": "|".join(f"{table}.{one}" for one in columns.split()),
        "query": {"autoFind": True, "matchType": match, "condition": list(conditions)},
        "aggregation": {"orderBy": orders},
        **more,
    }


def grid(answer):
    """Give the grid of an answer."""
    assert answer.status_code == 200, answer.text
    key = next(key for key in answer.json() if key.startswith("fs_"))
    return answer.json()[key]["data"]["gridData"]


def rows(client, table, *conditions, **how):
    """Browse and give the rows without the table's name, text stripped."""
    answer = client.post("/v2/dataservice", json=browse_body(table, *conditions, **how))
    found = grid(answer)["rowset"]
    return [
        {
            name.removeprefix(f"{table}_"): value.strip() if isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in found
    ]


def run(client, name, **inputs):
    """Run an orchestration one after another."""
    return client.post(f"/v3/orchestrator/{name}", json={"jde__jobQueue": "JDE__USER_SINGLE", **inputs})


COMMON = {"contractVersion": "1", "sourceSystem": "CHARGEBEE", "sourceId": "INV-1"}


def journal(reference="CAAAAAAAAAAAAAAAAAA1", amount="100.00", **changes):
    """Give the inputs of a journal over one amount."""
    lines = [
        {"lineNumber": "1", "account": "1.1215", "amount": amount},
        {"lineNumber": "2", "account": "110.5010", "amount": f"-{amount}"},
    ]
    return {
        **COMMON,
        "externalRef": reference,
        "documentCompany": "00001",
        "glDate": "2026-11-20",
        "currencyCode": "USD",
        "explanation": "Subscription",
        "lines": lines,
        **changes,
    }


def voucher(supplier, reference="BAAAAAAAAAAAAAAAAAA1", gross="250.00", **changes):
    """Give the inputs of a voucher on one account."""
    return {
        **COMMON,
        "externalRef": reference,
        "sourceSystem": "BILL",
        "supplier": str(supplier),
        "company": "00001",
        "supplierInvoice": "S-4711",
        "invoiceDate": "2026-11-18",
        "glDate": "2026-11-20",
        "currencyCode": "USD",
        "grossAmount": gross,
        "lines": [{"lineNumber": "1", "account": "120.8650", "amount": gross}],
        **changes,
    }


def add_supplier(world, **changes):
    """Let the staff enter a supplier; gives the address number."""
    body = {"do": "add_supplier", "name": "Northwind Paper Co.", **changes}
    return control(world).post("/act/jde", json=body).json()["supplier"]


def act(world, do, **arguments):
    answer = control(world).post("/act/jde", json={"do": do, **arguments})
    assert answer.status_code == 200, answer.text
    return answer.json()


def bank_id(world, number="1.1115"):
    """Give the short id of an account."""
    return enterprise_of(world).books.chart.numbered(number).id


def document(world, key):
    """Give a document as the control API shows it."""
    found = [one for one in control(world).get("/state/jde").json()["documents"] if one["id"] == key]
    assert len(found) == 1, (key, found)
    return found[0]
