"""Every page of the portal by its URL name, with a company full of data: what no page may be left out of."""

from dataclasses import dataclass

from django.urls import get_resolver, reverse

from integrations import registry
from integrations.engine import syncs
from integrations.models import Connection, Sync
from portal import setup
from portal.accounts import invite_member
from portal.handbook import entries
from portal.models import Membership, Role, Tenant, User
from portal.requests import open_request
from portal.tests import screens
from portal.tests.screens import Company

# No pages: files, endpoints of programs, redirects, parts of other pages, and what only answers a form.
WITHOUT_A_PAGE = frozenset(
    """
    robots sitemap set_theme health metrics system_logo webhook consent_back
    connection_sandbox connection_ask connection_ask_revoke tenant_switch tenant_export invite invitation_revoke
    member_role member_remove token_create retention_choose approval_rule_choose sync_setup
    record_export trail_export value_map_export sync_export rehearsal_payloads reconciliation_export
    sync_live run_live reconciliation_live
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The pages to look at, by name: for visitors, and for an owner who has just signed in."""

    public: dict[str, list[str]]
    signed_in: dict[str, list[str]]

    @property
    def names(self) -> set[str]:
        """Give the URL names that are looked at."""
        return {*self.public, *self.signed_in}


def portal_names(of: Company) -> set[str]:
    """Give the URL names of the portal's own pages: those that neither answer a form only nor give a file."""
    named = {pattern.name for pattern in get_resolver().url_patterns if getattr(pattern, "name", None)}
    return named - set(screens.actions(of)) - WITHOUT_A_PAGE


def all_pages(of: Company) -> Shown:
    """Give the addresses of every page for a company."""
    listed = {name: [url] for name, (url, _) in {**screens.lists(), **screens.objects(of)}.items()}
    mine = {name: urls for name, urls in listed.items() if name not in WITHOUT_A_PAGE}
    return Shown(public={**_public(), **_by_token(of)}, signed_in={**mine, **_more_of(of), **_account()})


def _public() -> dict[str, list[str]]:
    pair, connector = next(iter(registry.pairs())), next(iter(registry.connectors()))
    one = {name: [reverse(name)] for name in ("public_home", "catalogue", "public_security", "docs", "status")}
    return {
        **one,
        "catalogue_pair": [reverse("catalogue_pair", args=[pair])],
        "catalogue_system": [reverse("catalogue_system", args=[connector])],
        "docs_page": [entry.url for entry in entries().values()],
        "styleguide": [reverse("styleguide")],
        "account_login": [reverse("account_login")],
        "account_signup": [reverse("account_signup")],
        "account_reset_password": [reverse("account_reset_password"), reverse("account_reset_password_done")],
        "account_email_verification_sent": [reverse("account_email_verification_sent")],
        "account_confirm_email": [reverse("account_confirm_email", args=["an-old-key"])],
        "not_found": ["/there-is-no-such-page/"],
    }


def _by_token(of: Company) -> dict[str, list[str]]:
    owner = Membership.objects.get(tenant=of.tenant, user=of.owner)
    _, invited = invite_member(tenant=of.tenant, inviter=owner, email="new@acme.example", role=Role.ACCOUNTANT)
    _, asked = open_request(tenant=of.tenant, connector_slug="netsuite", actor=of.owner)
    return {
        "invitation_accept": [reverse("invitation_accept", args=[token]) for token in (invited, "gone")],
        "connection_fill": [reverse("connection_fill", args=[token]) for token in (asked, "gone")],
    }


def _more_of(of: Company) -> dict[str, list[str]]:
    draft = _draft(of.tenant, of.owner, of.source, of.target)
    return {
        "sync_setup_stage": [reverse("sync_setup_stage", args=[draft.pk, stage]) for stage in setup.LABELS],
        "sync_of_a_draft": [reverse("sync_detail", args=[draft.pk])],
        **{
            name: [reverse(name)]
            for name in ("team", "tenant_create", "tenant_close", "account_delete", "api_reference")
        },
    }


def _draft(tenant: Tenant, owner: User, source: Connection, target: Connection) -> Sync:
    return syncs.create_sync(
        tenant_id=tenant.pk,
        pair_slug="chargebee_to_netsuite",
        name="Being set up",
        source=source,
        target=target,
        actor=owner.email,
    )


def _account() -> dict[str, list[str]]:
    names = """
        account_email account_change_password account_logout account_reauthenticate usersessions_list
        mfa_index mfa_activate_totp mfa_add_webauthn mfa_list_webauthn mfa_reauthenticate
    """.split()  # noqa: SIM905
    return {name: [reverse(name)] for name in names}
