"""Template tags of the portal: state badges, icons, money, times and stylable form widgets."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.models import ConfigChange
from integrations.engine.rehearsal.sources import label_of
from integrations.money import decimals
from portal.states import look_of
from portal.systems import System
from portal.words import account_title, changed_words
from portal.words import spoken as spoken_words

register = template.Library()
register.filter(account_title)

# Looked for in this order, because most browsers also name those they descend from.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@register.simple_tag
def icon(name: str, meaning: str = "") -> SafeString:
    """Draw an icon of the sprite; decorative unless it has a meaning."""
    href = f"{static('icons.svg')}#{name}"
    if meaning:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', meaning, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.inclusion_tag("components/badge.html")
def badge(state: str, kind: str = "record") -> dict[str, Any]:
    """Show a state with its word, tone and icon; `kind` is one of `portal.states.STATES`."""
    look = look_of(state, kind)
    return {"word": look.word, "tone": look.tone, "icon_name": look.icon, "meaning": look.meaning}


@register.inclusion_tag("components/count.html")
def count_badge(state: str, number: int, url: str = "", kind: str = "record") -> dict[str, Any]:
    """Show how many are in a state; with a url, it leads to them."""
    look = look_of(state, kind)
    return {"look": look, "number": number, "url": url}


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString:
    """Show an amount in its currency's own decimals, grouped for the reader's locale."""
    if amount is None:
        return format_html('<span class="muted">{}</span>', "–")
    digits = _decimals(amount, currency)
    shown = number_format(amount, decimal_pos=digits, force_grouping=True, use_l10n=True).replace("-", "\N{MINUS SIGN}")
    return format_html(
        '<span class="money"><span class="num">{}</span> <span class="unit">{}</span></span>', shown, currency
    )


@register.simple_tag
def amount(text: str, currency: str) -> SafeString:
    """Show an amount that was kept as text; empty as one that is not known."""
    return money(Decimal(text) if text else None, currency)


def _decimals(amount: Decimal, currency: str) -> int:
    """Give the currency's own decimals, or the amount's where the code is none; what is finer is not hidden."""
    own = -int(amount.normalize().as_tuple().exponent)
    try:
        return max(decimals(currency), own)
    except ValueError:
        return max(2, own)


@register.filter
def money_items(amounts: Mapping[str, str]) -> list[tuple[Decimal, str]]:
    """Give the amounts kept as {currency: text} as (amount, currency), the largest first."""
    return sorted(((Decimal(text), currency) for currency, text in amounts.items()), reverse=True)


@register.simple_tag
def logo(shown: System) -> SafeString:
    """Draw a system's logo, or its initials; decorative, for its name stands beside it."""
    if shown.has_logo:
        source = reverse("system_logo", args=[shown.slug])
        return format_html('<img class="logo" src="{}" alt="" width="32" height="32">', source)
    return format_html('<span class="logo logo-initials" aria-hidden="true">{}</span>', shown.monogram)


@register.filter
def choice_parts(said: Any) -> tuple[str, str]:
    """Split a choice's label at its first colon: the choice itself, and its consequence in words."""
    head, colon, rest = str(said).partition(": ")
    return (head, f"{rest[:1].upper()}{rest[1:]}") if colon else (str(said), "")


@register.simple_tag
def when(moment: datetime | None, style: str = "full") -> SafeString:
    """Show a time in the company's zone with UTC on hover; `style` is full, day or clock."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', "–")
    local = timezone.localtime(moment)
    shown = date_format(local, {"full": "j M Y, H:i", "day": "j M Y", "clock": "H:i:s"}[style])
    utc = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>', utc.isoformat(), date_format(utc, "j M Y, H:i:s"), shown
    )


@register.simple_tag
def moment(text: str) -> SafeString:
    """Show a time that was kept as text (ISO 8601)."""
    return when(datetime.fromisoformat(text))


@register.filter
def grouped(number: int | Decimal | None) -> str:
    """Group the digits of a count for the reader's locale."""
    return "–" if number is None else number_format(number, force_grouping=True, use_l10n=True)


@register.filter
def label(name: str) -> str:
    """Write a name of ours for people: “account_id” becomes “Account id”."""
    return name.replace("_", " ").replace("-", " ").capitalize()


@register.filter
def change_words(change: ConfigChange) -> str:
    """Say what somebody changed: the action, and what it was done to."""
    return changed_words(change)


@register.filter
def spoken(text: Any) -> str:
    """Write the days in a sentence of ours as people do; exports and the API keep them as they are stored."""
    return spoken_words(str(text))


@register.filter
def own_id(fingerprint: str, connector: str) -> str:
    """Write a system's id without the name of our connector before it."""
    return fingerprint.removeprefix(f"{connector}:")


_OFFSET = re.compile(r"^GMT(MINUS|PLUS)(\d\d)(\d\d).*$")  # as some systems call their zones
_SIGNS = {"MINUS": "-", "PLUS": "+"}


@register.filter
def zone_words(name: str) -> str:
    """Write a time zone as people know it: “Europe/Berlin” becomes “Berlin, UTC+01:00”; others are left as they are."""
    try:
        offset = timezone.now().astimezone(ZoneInfo(name)).strftime("%z")
    except (ValueError, ZoneInfoNotFoundError):
        return _OFFSET.sub(lambda found: f"UTC{_SIGNS[found[1]]}{found[2]}:{found[3]}", name)
    said = f"UTC{offset[:3]}:{offset[3:]}" if offset != "+0000" else "UTC"
    place = "" if name == "UTC" or name.startswith("Etc/") else name.rpartition("/")[2].replace("_", " ")
    return f"{place}, {said}" if place else said


@register.filter
def field_name(name: str) -> str:
    """Write the name of a source's field for people: “billing_address.line1” becomes “Billing address: line1”."""
    return label_of(name)


@register.filter
def widget_kind(field: Any) -> str:
    """Name the kind of control a bound field renders: checkbox, radio, select, textarea or the input's type."""
    return str(getattr(field.field.widget, "input_type", "") or type(field.field.widget).__name__.lower())


@register.simple_tag
def control(field: Any) -> SafeString:
    """Render a bound field's control; placeholders that only repeat the label, as those of allauth, are left out."""
    repeats = not getattr(field.form, "keeps_placeholders", False) and "placeholder" in field.field.widget.attrs
    return SafeString(field.as_widget(attrs={"placeholder": False} if repeats else None))


@register.filter
def browser(user_agent: str) -> str:
    """Say in words which browser a session runs in."""
    name = next((word for mark, word in BROWSERS if mark in user_agent), "Unknown browser")
    device = next((word for mark, word in DEVICES if mark in user_agent), "")
    return f"{name} on {device}" if device else name
