"""What the simulator's own tests share: a world, a signed-in client, bodies, and actions polled to their end."""

from datetime import UTC, datetime

import httpx

from integrations.connectors.acumatica.simulator import build
from integrations.connectors.acumatica.simulator.identities import CLIENT_ID, CLIENT_SECRET, HOST, PASSWORD, USER
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.world import World

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SITE = f"https://{HOST}/Acme"
ENDPOINT = "/entity/Default/24.200.001"
CB = "CB000042"


def make_world(start=NOON, seed=1, **options):
    """Make a world whose clock stands still (runs, if `start` is None)."""
    world = World([build], seed=seed, clock=SandboxClock(start))
    site_of(world).options.change(options)
    return world


def site_of(world):
    return world.simulators["acumatica"]


def tenant_of(world):
    return site_of(world).tenant


def books_of(world):
    return tenant_of(world).books


def anonymous(world, path=""):
    """Give a client without credentials; `path` follows the site's own."""
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("acumatica")), base_url=SITE + path)


def control(world):
    """Give a client of the control API over WSGI."""
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("control")), base_url="http://control")


def order(world, verb, **body):
    """Give a control order and its answer."""
    answer = control(world).post(f"/{verb}/acumatica", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fault(world, kind, **more):
    """Put one fault in force."""
    order(world, "faults", rules=[{"kind": kind, **more}])


def token_form(**more):
    form = {
        "grant_type": "password",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": "api offline_access",
    }
    return {**form, "username": USER, "password": PASSWORD, **more}


def ask_token(world, **more):
    return anonymous(world).post("/identity/connect/token", data=token_form(**more))


def signed_in(world, endpoint=ENDPOINT, **more):
    """Sign in by password grant and give a client of one endpoint version."""
    token = good(ask_token(world, **more))["access_token"]
    client = anonymous(world, endpoint)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def login_body(**more):
    return {"name": USER, "password": PASSWORD, "tenant": "ACME", **more}


def good(answer):
    """Give the body of an answer that must be good."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def errors_of(body, path=""):
    """Collect the errors of a 422 as {path: text}."""
    found = {}
    if isinstance(body, list):
        for at, row in enumerate(body):
            found |= errors_of(row, f"{path}{at}.")
    elif isinstance(body, dict):
        if isinstance(body.get("error"), str) and path:
            found[path.rstrip(".")] = body["error"]
        for name, value in body.items():
            found |= errors_of(value, f"{path}{name}.")
    return found


def refused(answer, status=422):
    """Give the errors of an answer that must be a refusal of the entity."""
    assert answer.status_code == status, answer.text
    return errors_of(answer.json())


def wrap(**values):
    """Wrap plain values as the contract wants them; lists and dicts stay as they are."""
    return {key: value if isinstance(value, list | dict) else {"value": value} for key, value in values.items()}


def make_customer(client, id=CB, **more):
    body = {"CustomerName": "Northwind Ltd", "CustomerClass": "INTL", "AccountRef": "cb_cust_8xQz", **more}
    return good(client.put("/Customer", json=wrap(CustomerID=id, **body)))


def line(amount=100.00, **more):
    values = {"InventoryID": "SAAS-PRO", "Qty": 1, "UnitPrice": amount, "ManualPrice": True, "Account": "40000"}
    return wrap(**{**values, "SubAccount": "000000", "TransactionDescr": "Pro plan", **more})


def invoice_body(customer=CB, lines=None, **more):
    values = {"Type": "Invoice", "CustomerID": customer, "CustomerOrder": "CB-INV-900", "Date": "2026-03-31"}
    return wrap(**{**values, "Hold": False, "Details": lines or [line()], **more})


def make_invoice(client, expand="", **more):
    params = {"$expand": expand} if expand else {}
    return good(client.put("/SalesInvoice", params=params, json=invoice_body(**more)))


def payment_body(amount=100.00, applied=(), **more):
    values = {
        "Type": "Payment", "CustomerID": CB, "PaymentMethod": "WIRE", "CashAccount": "10200", "PaymentRef": "txn_AzQ1",
        "ApplicationDate": "2026-04-02", "PaymentAmount": amount, "Hold": False,
    }  # fmt: skip
    rows = [wrap(DocType=kind, ReferenceNbr=number, AmountPaid=paid) for kind, number, paid in applied]
    return wrap(**{**values, **({"DocumentsToApply": rows} if rows else {}), **more})


def make_payment(client, amount=100.00, applied=(), **more):
    return good(client.put("/Payment", json=payment_body(amount, applied, **more)))


def journal_body(**more):
    values = {
        "Module": "GL", "TransactionDate": "2026-03-31", "PostPeriod": "032026", "LedgerID": "ACTUAL",
        "CurrencyID": "USD", "Description": "CB:fees:2026-03", "Hold": False,
    }  # fmt: skip
    details = [
        wrap(Account="61000", Subaccount="000000", DebitAmount=12.34),
        wrap(Account="10200", Subaccount="000000", CreditAmount=12.34),
    ]
    return wrap(**{**values, "Details": details, **more})


def key_of(record):
    if "Module" in record:
        return {"Module": record["Module"], "BatchNbr": record["BatchNbr"]}
    return {"Type": record["Type"], "ReferenceNbr": record["ReferenceNbr"]}


def start(client, entity, action, record):
    return client.post(f"/{entity}/{action}", json={"entity": key_of(record)})


def finish(client, answer):
    """Poll an operation to its end and give the last answer."""
    assert answer.status_code == 202, answer.text
    place = httpx.URL(client.base_url).join(answer.headers["Location"])
    for _ in range(10):
        answer = client.get(place)
        if answer.status_code != 202:
            return answer
    raise AssertionError("The operation does not end.")


def run(client, entity, action, record):
    """Run an action that must succeed and give the record afterwards."""
    answer = finish(client, start(client, entity, action, record))
    assert answer.status_code == 204, answer.text
    return reread(client, entity, record)


def reread(client, entity, record, **params):
    keys = "/".join(one["value"] for one in key_of(record).values())
    return good(client.get(f"/{entity}/{keys}", params=params))


def released_invoice(client, **more):
    return run(client, "SalesInvoice", "ReleaseSalesInvoice", make_invoice(client, **more))


def released_payment(client, amount=100.00, applied=(), **more):
    return run(client, "Payment", "ReleasePayment", make_payment(client, amount, applied, **more))


def values(record):
    """Give a record's plain values."""
    return {name: one.get("value") for name, one in record.items() if isinstance(one, dict) and name not in ("custom",)}


def booked(world, number):
    """Give the books' document of this number."""
    return next(one for one in books_of(world).documents.values() if one.number == number)
