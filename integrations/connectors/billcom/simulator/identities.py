"""Who may sign in to the sandbox: developer keys, organizations and users, one for each way it can go right or wrong.

All of it opens this sandbox and nothing else.
"""

from dataclasses import dataclass, field

STAGE, PROD = "stage", "prod"
GATEWAYS = {STAGE: "gateway.stage.bill.com", PROD: "gateway.prod.bill.com"}

# A right is "vendors.read", "bills.write" ...; a user holds all, or those named.
RESOURCES = ("vendors", "bills", "payments", "credits", "classifications", "approvals", "webhooks", "organization")
ALL = frozenset(f"{resource}.{verb}" for resource in RESOURCES for verb in ("read", "write"))
SYNC_TOKEN = ALL - {"payments.write", "approvals.write"}
BILL_CLERK = frozenset({"bills.write", "vendors.write", "classifications.read", "organization.read"})
NO_PAYMENTS = ALL - {"payments.read", "payments.write"}
NO_WEBHOOKS = ALL - {"webhooks.read", "webhooks.write"}

DEFAULT_ORG = "00801ACMEORG00000001"
GLOBEX_ORG = "00801GLOBEXORG000002"
LOCKED_ORG = "00801LOCKEDORG000003"
BARE_ORG = "00801BAREORGNZ000004"
LIVE_ORG = "00801ACMELIVE0000001"
STAGE_KEY = "01SANDBOXDEVKEY00001"
SECOND_KEY = "01SANDBOXDEVKEY00002"
INACTIVE_KEY = "01SANDBOXINACTIVE001"
UNSIGNED_KEY = "01SANDBOXUNSIGNED001"
LIVE_KEY = "01SANDBOXLIVEKEY0001"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevKey:
    """A developer key of one environment; `refusal` is the code with which it is turned away."""

    key: str
    environment: str = STAGE
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One sign-in of an organization: a person, or an AP & AR sync token."""

    id: str
    username: str
    password: str = field(repr=False)
    first_name: str = "Sandbox"
    last_name: str = "User"
    is_token: bool = False
    rights: frozenset[str] = ALL
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgSetup:
    """What an organization is from its start: one legal entity with its users and currencies."""

    id: str
    name: str
    environment: str = STAGE
    currencies: tuple[str, ...] = ("USD", "EUR", "GBP", "CAD", "JPY")
    is_locked: bool = False
    is_bare: bool = False  # without any classification
    users: tuple[User, ...]


def _person(number: int, username: str, **more: object) -> User:
    return User(id=f"00601USER{number:011d}", username=username, password=f"Sandbox-{number}!", **more)  # type: ignore[arg-type]


TOKEN = User(
    id="00601SYNCTOKEN000001",
    username="acme-erp-sync",
    password="sandbox-token-acme-0001",  # noqa: S106 - opens the sandbox only
    is_token=True,
    rights=SYNC_TOKEN,
)
SERVICE = _person(1, "svc-portal@acme.example", first_name="Portal", last_name="Service")
APPROVER = _person(2, "controller@acme.example", first_name="Cora", last_name="Controller")
SECOND_APPROVER = _person(3, "cfo@acme.example", first_name="Felix", last_name="Officer")

DEV_KEYS = {
    one.key: one
    for one in (
        DevKey(key=STAGE_KEY),
        DevKey(key=SECOND_KEY),
        DevKey(key=INACTIVE_KEY, refusal="BDC_1103"),
        DevKey(key=UNSIGNED_KEY, refusal="BDC_1104"),
        DevKey(key=LIVE_KEY, environment=PROD),
    )
}
ORGS = (
    OrgSetup(
        id=DEFAULT_ORG,
        name="Acme Manufacturing",
        users=(
            TOKEN,
            SERVICE,
            APPROVER,
            SECOND_APPROVER,
            _person(4, "clerk@acme.example", rights=BILL_CLERK),
            _person(5, "nopay@acme.example", rights=NO_PAYMENTS),
            _person(6, "nohooks@acme.example", rights=NO_WEBHOOKS),
            _person(7, "left@acme.example", refusal="BDC_1111"),
            _person(8, "barred@acme.example", refusal="BDC_1110"),
            _person(9, "broken@acme.example", refusal="BDC_1113"),
        ),
    ),
    OrgSetup(id=GLOBEX_ORG, name="Globex USA", currencies=("USD",), users=(_person(21, "svc@globex.example"),)),
    OrgSetup(id=LOCKED_ORG, name="Initech", is_locked=True, users=(_person(31, "svc@initech.example"),)),
    OrgSetup(id=BARE_ORG, name="Umbrella", is_bare=True, users=(_person(41, "svc@umbrella.example"),)),
    OrgSetup(
        id=LIVE_ORG,
        name="Acme Manufacturing",
        environment=PROD,
        users=(_person(51, "svc-portal@acme.example", first_name="Portal", last_name="Service"),),
    ),
)
MESSAGES = {
    "BDC_1101": "Invalid username or password.",
    "BDC_1102": "The developer key is invalid.",
    "BDC_1103": "The developer key is inactive.",
    "BDC_1104": "The terms of service have not been accepted for this developer key.",
    "BDC_1107": "The organization is locked out.",
    "BDC_1109": "Session is invalid. Please log in.",
    "BDC_1110": "This login is locked.",
    "BDC_1111": "No active user for this login.",
    "BDC_1113": "Login failed.",
    "BDC_1361": "Session is untrusted. Complete the MFA challenge for this user.",
}


def credentials_of(setup: OrgSetup, user: User, dev_key: str = STAGE_KEY) -> dict[str, str]:
    """Give what a customer would type into the connection form for a user."""
    gateway = f"https://{GATEWAYS[setup.environment]}"
    return {
        "base_url": f"{gateway}/connect",
        "events_url": f"{gateway}/connect-events",
        "dev_key": dev_key,
        "organization_id": setup.id,
        "username": user.username,
        "password": user.password,
    }


def all_credentials() -> dict[str, object]:
    """Give the recommended sign-in, a sync token, and under `others` all others with what is wrong with them."""
    default, live = ORGS[0], ORGS[-1]
    others = [_offered(setup, user) for setup in ORGS for user in setup.users if user is not TOKEN]
    others += [
        {**credentials_of(default, SERVICE, key.key), "wrong": key.refusal} for key in DEV_KEYS.values() if key.refusal
    ]
    others.append({**credentials_of(default, SERVICE, LIVE_KEY), "wrong": "BDC_1102"})
    others.append({**credentials_of(default, live.users[0], STAGE_KEY), "wrong": "BDC_1101"})
    others.append({**credentials_of(default, SERVICE), "organization_id": GLOBEX_ORG, "wrong": "BDC_1101"})
    return {**credentials_of(default, TOKEN), "others": others}


def _offered(setup: OrgSetup, user: User) -> dict[str, object]:
    key = LIVE_KEY if setup.environment == PROD else STAGE_KEY
    wrong = user.refusal or ("BDC_1107" if setup.is_locked else "")
    return {
        **credentials_of(setup, user, key),
        "organization": setup.name,
        "wrong": wrong,
        "lacks": sorted(ALL - user.rights),
    }
