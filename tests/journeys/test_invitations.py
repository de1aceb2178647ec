"""Invitations: somebody joins with each role and finds what that role may do."""

import secrets
from collections.abc import Callable

from playwright.sync_api import Page, expect

from portal.models import Role
from portal.permissions import Ability, is_allowed
from tests.journeys.people import PASSWORD


def test_it_lets_people_join_with_each_role(stack, company, page, open_page: Callable[..., Page], shoot):
    stack.refill(customers=1)
    company.sync("chargebee_to_netsuite", is_on=False)
    for role in Role:
        address = f"{role.value}-{secrets.token_hex(3)}@acme.example"
        invite(page, address, role)
        joined = open_page()
        join(joined, stack.link_mailed_to(address, "/invitations/"))
        expect(joined.get_by_role("heading", level=1, name="Home")).to_be_visible()
        assert offers_set_up(joined) == is_allowed(role, Ability.CONFIGURE)
        shoot(joined, f"joined-as-{role.value}")
    page.goto("/team/")
    shoot(page, "team", docs="team")


def invite(page: Page, address: str, role: Role) -> None:
    page.goto("/team/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Role", exact=True).select_option(role.value)
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("row").filter(has_text=address)).to_contain_text(role.label)


def join(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


def offers_set_up(page: Page) -> bool:
    page.goto("/syncs/")
    page.get_by_role("heading", level=1, name="Syncs").wait_for()
    return page.get_by_role("link", name="Set up a sync").count() > 0
