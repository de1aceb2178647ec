"""Companies of the journeys, and browsers in which their people are signed in."""

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction
from playwright.sync_api import BrowserContext

from integrations import registry
from integrations.engine import syncs
from integrations.engine.ping import ping
from integrations.models import Connection, Sync
from portal.accounts import found_tenant
from portal.models import Membership, Role, Tenant, User
from portal.sandbox import connect_sandbox
from portal.tests.people import client_of

PASSWORD = "tidy-ledger-before-lunch"
ACTOR = "journey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A journey's own company."""

    tenant: Tenant
    owner: User

    def member(self, role: Role) -> User:
        """Add a person with a role."""
        person = make_person(f"{role.value}@{self.tenant.slug}.example", f"{role.label} {self.tenant.name}")
        Membership.objects.create(user=person, tenant=self.tenant, role=role)
        return person

    def sync(self, pair_slug: str, *, is_on: bool = True, **changes: object) -> Sync:
        """Make a reviewed sync between sandbox connections that run only when asked; paused where it is not on."""
        pair = registry.pair(pair_slug)
        source, target = (self.connection(slug) for slug in (pair.source, pair.target))
        made = syncs.create_sync(
            tenant_id=self.tenant.pk, pair_slug=pair_slug, name=pair.name, source=source, target=target, actor=ACTOR
        )
        syncs.change_sync(made, changes={"schedule": Sync.Schedule.MANUAL, **changes}, actor=ACTOR)
        with transaction.atomic():
            syncs.activate(made, actor=ACTOR)
            if not is_on:
                syncs.pause(made, actor=ACTOR)
        return made

    def connection(self, slug: str) -> Connection:
        """Make a sandbox connection that was pinged."""
        made = connect_sandbox(tenant_id=self.tenant.pk, connector=registry.connector(slug), actor=ACTOR)
        checked = ping(made, actor=ACTOR)
        assert checked.ok, checked.steps
        made.refresh_from_db()
        return made


def make_company(name: str) -> Company:
    """Found a company with an owner who can sign in."""
    slug = secrets.token_hex(3)
    owner = make_person(f"olivia-{slug}@acme.example", "Olivia Owner")
    return Company(tenant=found_tenant(owner=owner, name=name, time_zone="Europe/Berlin"), owner=owner)


def make_person(email: str, name: str) -> User:
    """Make a person whose address is confirmed, with a password that the real server can check."""
    person = with_password(User.objects.create_user(email, PASSWORD, name=name))
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def with_password(person: User) -> User:
    """Give a person the password in the form that the real server checks; tests use a quicker one."""
    person.password = PBKDF2PasswordHasher().encode(PASSWORD, secrets.token_hex(8))
    person.save()
    return person


def sign_in(context: BrowserContext, user: User, *, url: str, tenant: Tenant | None = None) -> None:
    """Sign a person in without typing; journeys about signing in use the form."""
    cookies = client_of(user, tenant=tenant).cookies
    context.add_cookies([{"name": "sessionid", "value": cookies["sessionid"].value, "url": url}])
