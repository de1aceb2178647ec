"""What a page tells search engines in its head: its own address, and structured data."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.core.exceptions import DisallowedHost
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def json_ld(context: Mapping[str, Any], linked: Iterable[Mapping[str, Any]] | str) -> SafeString:
    """Write structured data; nothing of it can end the script element or run."""
    if not linked:
        return SafeString("")
    text = SafeString(json.dumps(linked, ensure_ascii=False).translate(ESCAPES))
    nonce = getattr(context.get("request"), "csp_nonce", "")
    return format_html('<script type="application/ld+json" nonce="{}">{}</script>', nonce, text)


@register.simple_tag(takes_context=True)
def address(context: Mapping[str, Any], path: str = "") -> str:
    """Give a page's full address, its query left out; nothing where the host is not ours, as on the page saying so."""
    request = context.get("request")
    try:
        return str(request.build_absolute_uri(path or request.path)) if request else ""
    except DisallowedHost:
        return ""
