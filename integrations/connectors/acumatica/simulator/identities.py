"""The site's hosts, tenants, users and connected applications: values that only open this sandbox."""

from dataclasses import dataclass, field

from integrations.sandbox.app import Json

HOST = "northwind.acumatica.com"
INSTANCE = "/Acme"
BUILD = "24.207.0011"
TENANT, DEFAULT_TENANT = "ACME", "DEMO"  # a sign-in without a tenant lands on the second one
TENANTS = (TENANT, DEFAULT_TENANT)
USER, PASSWORD = "connector", "sandbox-Acumatica-1"
APP_ID = "3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
CLIENT_ID = f"{APP_ID}@{TENANT}"
CLIENT_SECRET = "sandbox-acumatica-secret"  # noqa: S105 - opens the simulator only
REDIRECTS = ("http://localhost:8000/consent/", "https://localhost/callback")


@dataclass(slots=True, kw_only=True)
class User:
    """One user; `forbidden` names the screens without rights."""

    name: str
    password: str = field(repr=False)
    tenants: tuple[str, ...] = TENANTS
    forbidden: set[str] = field(default_factory=set)
    failures: int = 0


@dataclass(slots=True, kw_only=True)
class Application:
    """One connected application (SM303010)."""

    client_id: str
    secret: str = field(repr=False)
    tenant: str
    redirects: tuple[str, ...] = REDIRECTS


def users() -> dict[str, User]:
    """Give the site's users by name."""
    return {
        USER: User(name=USER, password=PASSWORD),
        "reader": User(name="reader", password=PASSWORD, forbidden={"GL301000", "AR302000"}),
    }


def applications() -> dict[str, Application]:
    """Give the connected applications by client id."""
    other = f"{APP_ID}@{DEFAULT_TENANT}"
    return {
        CLIENT_ID: Application(client_id=CLIENT_ID, secret=CLIENT_SECRET, tenant=TENANT),
        other: Application(client_id=other, secret=CLIENT_SECRET, tenant=DEFAULT_TENANT),
    }


def all_credentials() -> Json:
    """Give what a customer would type."""
    return {
        "instance_url": f"https://{HOST}{INSTANCE}",
        "tenant": TENANT,
        "branch": "MAIN",
        "endpoint_name": "Default",
        "endpoint_version": "24.200.001",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "username": USER,
        "password": PASSWORD,
        "grant": "password",
        "redirect_uri": REDIRECTS[0],
    }
