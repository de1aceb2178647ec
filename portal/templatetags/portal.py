"""Template tags of the portal: state badges, icons, money, times and stylable form widgets."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.states import look_of

register = template.Library()

# Currencies whose minor unit is not a hundredth (ISO 4217).
MINOR_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}

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
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; decorative unless it has a label."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.inclusion_tag("components/badge.html")
def badge(state: str, kind: str = "record") -> dict[str, Any]:
    """Show a state with its word, tone and icon; `kind` is record, run, sync, connection or attempt."""
    look = look_of(state, kind)
    return {"word": look.word, "tone": look.tone, "icon_name": look.icon, "meaning": look.meaning}


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString:
    """Show an amount in its currency's own decimals, grouped for the reader's locale."""
    if amount is None:
        return format_html('<span class="muted">{}</span>', "–")
    digits = MINOR_DIGITS.get(currency, 2)
    shown = number_format(amount, decimal_pos=digits, force_grouping=True, use_l10n=True).replace("-", "\N{MINUS SIGN}")
    return format_html(
        '<span class="money"><span class="num">{}</span> <span class="unit">{}</span></span>', shown, currency
    )


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


@register.filter
def grouped(number: int | Decimal | None) -> str:
    """Group the digits of a count for the reader's locale."""
    return "–" if number is None else number_format(number, force_grouping=True, use_l10n=True)


@register.filter
def widget_kind(field: Any) -> str:
    """Name the kind of control a bound field renders: checkbox, radio, select, textarea or the input's type."""
    return str(getattr(field.field.widget, "input_type", "") or type(field.field.widget).__name__.lower())


@register.simple_tag
def control(field: Any) -> SafeString:
    """Render a bound field's control without the placeholder that only repeats its label."""
    repeats = field.field.widget.attrs.get("placeholder") is not None and widget_kind(field) in (
        "password",
        "email",
        "text",
    )
    return SafeString(field.as_widget(attrs={"placeholder": False} if repeats else None))


@register.filter
def browser(user_agent: str) -> str:
    """Say in words which browser a session runs in."""
    name = next((word for mark, word in BROWSERS if mark in user_agent), "Unknown browser")
    device = next((word for mark, word in DEVICES if mark in user_agent), "")
    return f"{name} on {device}" if device else name
