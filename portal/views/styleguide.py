"""All components on one page, for those who build screens."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.paging import KeyPage
from portal.states import STATES
from portal.tenancy import staff_only
from portal.ui import Part, Step, Tab, TimelineEntry, crumbs

BUTTON_KINDS = ("primary", "", "quiet", "danger")
TONES = ("info", "success", "warning", "danger", "neutral")
SWATCHES = ("canvas", "surface", "sunken", "line", "ink", "muted", "accent", "success", "warning", "danger", "info")


class SampleForm(forms.Form):
    name = forms.CharField(label="Site name", help_text="The part before .chargebee.com.")
    api_key = forms.CharField(label="API key", widget=forms.PasswordInput)
    region = forms.ChoiceField(label="Region", choices=[("us", "United States"), ("eu", "Europe")])
    memo = forms.CharField(label="Memo", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    mode = forms.ChoiceField(
        label="Posting", choices=[("post", "Post at once"), ("hold", "Leave on hold")], widget=forms.RadioSelect
    )
    webhooks = forms.BooleanField(label="Listen for webhooks", required=False, help_text="Minutes become seconds.")


def icon_names() -> list[str]:
    """List the icons of the sprite, in its order."""
    sprite = finders.find("icons.svg")
    return re.findall(r'<symbol id="([^"]+)"', Path(sprite).read_text()) if sprite else []


@staff_only
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component with sample content."""
    now = timezone.now()
    form = SampleForm({"name": "", "region": "eu", "mode": "post"})
    page = {
        "crumbs": crumbs(("Home", "/home/"), "Style guide"),
        "states": {kind: looks.items() for kind, looks in STATES.items()},
        "button_kinds": BUTTON_KINDS,
        "tones": TONES,
        "swatches": SWATCHES,
        "icons": icon_names(),
        "form": form,
        "sample_rows": _rows(now),
        "page": KeyPage(rows=(1, 2, 3), newer_url="?after=3", older_url="?before=1"),  # type: ignore[type-var]
        "steps": STEPS,
        "entries": _entries(now),
        "tabs": (Tab(label="All", url="?", is_current=True), Tab(label="Needs you", url="?state=parked", count=3)),
        "facts": (("Company id", "9341452"), ("Base currency", "EUR"), ("Environment", "Sandbox"), ("Expires", None)),
        "now": now,
    }
    return render(request, "styleguide/index.html", page)


STEPS = (
    Step(name="Find the address", status="ok", side="12 ms"),
    Step(name="Secure the line", status="ok", side="48 ms", text="TLS 1.3, certificate good until 4 Mar 2027."),
    Step(
        name="Sign in",
        status="failed",
        side="310 ms",
        text="The certificate is not mapped to an integration record.",
        fix="In NetSuite, open Setup > Integration > OAuth 2.0 Client Credentials and add this certificate.",
        fix_url="#guide",
        fix_label="Open the guide",
    ),
    Step(name="Check permissions", status="running"),
    Step(name="Read a first record", status="todo"),
)


def _rows(now: datetime) -> list[dict[str, Any]]:
    samples = [
        ("INV-2041", "Müller & Söhne GmbH", "parked", "12480.50", "EUR"),
        ("INV-2040", "O'Brien Ltd", "delivered", "930.00", "GBP"),
        ("INV-2039", "Kitagawa KK", "waiting", "1250000", "JPY"),
        ("CN-118", "Gulf Trading", "different", "-85.125", "KWD"),
    ]
    names = ("number", "customer", "state", "amount", "currency")
    rows = [dict(zip(names, sample, strict=True)) for sample in samples]
    return [
        {**row, "amount": Decimal(str(row["amount"])), "read_at": now - timedelta(minutes=7 * i)}
        for i, row in enumerate(rows)
    ]


def _entries(now: datetime) -> tuple[TimelineEntry, ...]:
    draft = Part(label="Draft", content='{\n  "externalId": "mlc-inv-2041",\n  "total": "12480.50"\n}')
    return (
        TimelineEntry(
            title="Read back: agrees",
            moment=now,
            tone="success",
            icon="check",
            text="Invoice 88213, 12,480.50 EUR open.",
        ),
        TimelineEntry(title="Booked", moment=now - timedelta(seconds=1), tone="success", icon="check", parts=(draft,)),
        TimelineEntry(
            title="Refused",
            moment=now - timedelta(hours=2),
            tone="danger",
            icon="cross",
            text="Item “setup-fee” has no revenue account.",
            parts=(draft, Part(label="Answer", content="400 Bad Request")),
        ),
        TimelineEntry(
            title="Read from Chargebee", moment=now - timedelta(hours=2, minutes=1), text="Version 1 of INV-2041."
        ),
    )
