"""A caller of the simulated NetSuite that knows HTTP and the vendor file, and nothing of our client."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from integrations.connectors.netsuite.simulator import build
from integrations.sandbox.app import Request, Response
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.world import World

HOST = "7654321-sb1.suitetalk.api.netsuite.com"
TOKEN = "/services/rest/auth/oauth2/v1/token"
RECORDS = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class Account:
    """A sandbox account with a signed-in caller."""

    world: World = field(default_factory=lambda: World([build], clock=SandboxClock(NOW)))
    bearer: str = ""
    host: str = HOST

    @property
    def simulator(self):
        return self.world.simulators["netsuite"]

    @property
    def books(self):
        return self.simulator.site.books

    def control(self, call, **options):
        return self.simulator.controls()[call](options)

    def send(self, method, target, body=None, **headers) -> Response:
        """Send one request; keyword headers have underscores for dashes; a body may be JSON or bytes."""
        sent = {"host": self.host, "authorization": f"Bearer {self.bearer}"}
        if body is not None:
            sent["content-type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value is not None}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = Request.make(method, target, sent, raw)
        return self.world.perform("netsuite", request, self.world.plan("netsuite", request))

    def claims(self, **changes):
        now = self.world.clock.epoch_s()
        made = {
            "iss": self.simulator.credentials()["client_id"],
            "scope": ["rest_webservices"],
            "aud": f"https://{HOST}{TOKEN}",
            "iat": now,
            "exp": now + 600,
        }
        return {name: value for name, value in {**made, **changes}.items() if value is not None}

    def assertion(self, key=None, algorithm="ES256", kid=None, **changes):
        own = self.simulator.credentials()
        header = {"kid": kid or own["certificate_id"]}
        return jwt.encode(self.claims(**changes), key or own["private_key_pem"], algorithm=algorithm, headers=header)

    def token(self, assertion, **changes) -> Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        body = urlencode({name: value for name, value in {**form, **changes}.items() if value is not None}).encode()
        return self.send("POST", TOKEN, body, authorization=None, content_type="application/x-www-form-urlencoded")

    def sign_in(self) -> "Account":
        self.bearer = read(self.token(self.assertion()))["access_token"]
        return self

    def put(self, record, external_id, body, query="", **headers) -> str:
        """Upsert and give the internal id."""
        response = self.send("PUT", f"{RECORDS}/{record}/eid:{external_id}{query}", body, **headers)
        assert response.status == 204, response.body
        return id_of(response)

    def get(self, record, id, query="?expandSubResources=true"):
        response = self.send("GET", f"{RECORDS}/{record}/{id}{query}")
        assert response.status == 200, response.body
        return read(response)

    def query(self, statement, *params, limit=1000, offset=0, **headers) -> Response:
        headers = {"prefer": "transient", **headers}
        return self.send(
            "POST", f"{SUITEQL}?limit={limit}&offset={offset}", {"q": statement, "params": list(params)}, **headers
        )

    def rows(self, statement, *params, **page):
        """Run a statement and give its rows without their links."""
        response = self.query(statement, *params, **page)
        assert response.status == 200, response.body
        return [{name: value for name, value in row.items() if name != "links"} for row in read(response)["items"]]

    def customer(self, key="cus_77", **changes) -> str:
        body = {"companyName": f"Orchid Labs {key}", "subsidiary": {"id": "2"}, "currency": {"id": "1"}, **changes}
        return self.put("customer", f"CB-acme-CUS-{key}", body)

    def invoice(self, key="1001", amount=100.0, query="?replace=item", **changes) -> str:
        """Book an invoice over one line for the customer of the same name."""
        return self.put("invoice", f"CB-acme-INV-{key}", {**sale(amount), **changes}, query)

    def payment(self, key="txn_9", amount=100.0, applied=None, **changes) -> str:
        """Book a payment applied as `{invoice id: amount}`."""
        rows = [{"doc": {"id": id}, "line": 0, "apply": True, "amount": part} for id, part in (applied or {}).items()]
        body = {
            "customer": {"externalId": "CB-acme-CUS-cus_77"},
            "tranDate": "2026-03-02",
            "payment": amount,
            "account": {"id": "122"},
            "apply": {"items": rows},
            **changes,
        }
        return self.put("customerPayment", f"CB-acme-TXN-{key}", body)


def line(amount=100.0, **changes):
    """A line of a sale."""
    return {"item": {"id": "310"}, "quantity": 1, "rate": amount, "amount": amount, **changes}


def sale(amount=100.0, *lines):
    """An invoice or credit memo for the usual customer."""
    return {
        "entity": {"externalId": "CB-acme-CUS-cus_77"},
        "tranDate": "2026-03-01",
        "item": {"items": list(lines) or [line(amount)]},
    }


def read(response):
    """The body of an answer."""
    return json.loads(response.body)


def id_of(response) -> str:
    """The internal id in a Location."""
    return response.header("Location").rpartition("/")[2]


def error(response):
    """Status, code and path of an error answer."""
    detail = read(response)["o:errorDetails"][0]
    return response.status, detail["o:errorCode"], detail.get("o:errorPath", "")


def said(response) -> str:
    """The words of an error answer."""
    return read(response)["o:errorDetails"][0]["detail"]


@cache
def rsa_key(bits):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(curve):
    return ec.generate_private_key({"256": ec.SECP256R1, "384": ec.SECP384R1, "521": ec.SECP521R1}[curve]())


def certificate(key, days=365) -> str:
    """A self-signed certificate in PEM."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    start = datetime(2026, 11, 1, tzinfo=UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(start).not_valid_after(start.fromordinal(start.toordinal() + days))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def pem(key) -> str:
    """A private key in PEM."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
