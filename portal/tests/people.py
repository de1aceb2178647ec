"""Companies and people for the portal's tests."""

from django.test import Client

from portal.accounts import found_tenant
from portal.models import Membership, Role, Tenant, User

PASSWORD = "correct-horse-battery"


def make_user(email: str = "clara@acme.example", **fields) -> User:
    """Create a person whose address is confirmed."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def make_tenant(name: str = "Acme", *, owner: User | None = None, time_zone: str = "Europe/Berlin") -> Tenant:
    """Found a company."""
    return found_tenant(owner=owner or make_user(f"owner@{name.lower()}.example"), name=name, time_zone=time_zone)


def join(tenant: Tenant, role: Role, email: str | None = None) -> Membership:
    """Add a person with a role to a company."""
    user = make_user(email or f"{role.value}@{tenant.slug}.example")
    return Membership.objects.create(user=user, tenant=tenant, role=role)


def client_of(user: User, *, tenant: Tenant | None = None) -> Client:
    """Give a browser signed in as the user, working for the tenant."""
    client = Client()
    client.force_login(user)
    if tenant is not None:
        client.post("/companies/switch/", {"tenant": tenant.pk})
    return client
