"""What every page's frame needs: navigation, the company in use, abilities, the colour theme."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from portal.permissions import Ability
from portal.tenancy import TENANT_FIELD, desk_of, may

THEME_COOKIE = "theme"
THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the side navigation; it is current on every URL under its own, and where a URL's name begins so."""

    label: str
    url_name: str
    icon: str
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NavLink:
    label: str
    url: str
    icon: str
    is_current: bool


# They lie under a sync's own address.
_OF_MAPPINGS = (
    *("mapping_", "value_map", "coverage_", "preview_", "rehearsal_", "proof_"),
    *("sync_coverage", "sync_preview", "sync_rehearsal", "sync_proof", "sync_configuration"),
)
PLACES = (
    Place(label="Home", url_name="dashboard", icon="home"),
    Place(label="Connections", url_name="connection_list", icon="plug"),
    Place(label="Syncs", url_name="sync_list", icon="sync"),
    Place(label="Mappings", url_name="mapping_list", icon="equal", begins=_OF_MAPPINGS),
    Place(label="Runs", url_name="run_list", icon="play"),
    Place(label="Records", url_name="record_list", icon="rows"),
    Place(label="Problems", url_name="problem_list", icon="alert"),
    Place(label="Reconciliation", url_name="reconciliation_list", icon="scale"),
    Place(label="Approvals", url_name="approval_list", icon="tick"),
)

COMPANY_PLACES = (
    Place(label="Team", url_name="team", icon="people"),
    Place(label="Notifications", url_name="notification_list", icon="mail"),
    Place(label="API tokens", url_name="token_list", icon="key"),
    Place(label="Two-person rule", url_name="approval_rule", icon="shield"),
    Place(label="Retention", url_name="retention", icon="trail"),
)

ACCOUNT_PLACES = (
    Place(label="Password", url_name="account_change_password", icon="key"),
    Place(label="E-mail address", url_name="account_email", icon="mail"),
    Place(label="Two-factor sign-in", url_name="mfa_index", icon="shield"),
    Place(label="Sessions", url_name="usersessions_list", icon="device"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context processor for `base.html` and `base_public.html`."""
    desk = desk_of(request)
    membership = desk.membership
    return {
        "tenant": membership.tenant if membership else None,
        "membership": membership,
        "memberships": desk.memberships,
        "tenant_field": TENANT_FIELD,
        "can": {ability.value: may(request, ability) for ability in Ability},
        "nav": links(request, PLACES) if membership else (),
        "company_nav": links(request, COMPANY_PLACES) if membership else (),
        "account_nav": links(request, ACCOUNT_PLACES) if is_signed_in(request) else (),
        "theme": theme_of(request),
        "themes": THEMES,
    }


def is_signed_in(request: HttpRequest) -> bool:
    """Tell whether somebody is signed in; a request that was refused before anybody looked has no user at all."""
    return hasattr(request, "user") and request.user.is_authenticated


def links(request: HttpRequest, places: tuple[Place, ...]) -> tuple[NavLink, ...]:
    """Resolve places to links; a place whose screen is not installed is left out."""
    name = (request.resolver_match.url_name or "") if request.resolver_match else ""
    named = next((place for place in places if place.begins and name.startswith(place.begins)), None)
    found = []
    for place in places:
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        current = place == named if named else request.path.startswith(url)
        found.append(NavLink(label=place.label, url=url, icon=place.icon, is_current=current))
    return tuple(found)


def theme_of(request: HttpRequest) -> str:
    """Give the colour theme this browser chose; "system" follows the device."""
    chosen = request.COOKIES.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"
