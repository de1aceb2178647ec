"""Takes secrets out of what is logged, shown or kept in the trail: a closed list of names and token patterns. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, overload

MASK = "[redacted]"

# Compared in lower case without separators, so that Client-Secret, client_secret and clientSecret are one name.
SECRET_NAMES = frozenset(
    """
    accesstoken apikey apitoken assertion auth authorization bearertoken clientassertion clientsecret
    cookie credential credentials cvv devkey developerkey encryptionkey fernetkey idtoken iban
    bankaccountnumber cardnumber jwt passphrase passwd password pin privatekey privatekeypem proxyauthorization pwd
    refreshtoken routingnumber secret secretkey sessionid sessiontoken setcookie sharedsecret signature signingkey ssn
    taxidnumber token webhookpassword webhooksecret xapikey xbillsignature xbillsha256signature xcsrftoken xdevkey
    """.split()  # noqa: SIM905
)
_SEPARATORS = re.compile(r"[^a-z0-9]")
_NAMES = "|".join(
    r"[-_ ]?".join(words)
    for words in (
        ("access", "token"),
        ("api", "key"),
        ("client", "assertion"),
        ("client", "secret"),
        ("dev", "key"),
        ("id", "token"),
        ("pass", "phrase"),
        ("pass", "word"),
        ("private", "key"),
        ("refresh", "token"),
        ("session", "id"),
        ("shared", "secret"),
        ("secret",),
        ("token",),
    )
)
_PATTERNS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S), MASK),
    (re.compile(r"(?i)\b(authorization\"?\s*[:=]\s*\"?(?:\w+\s+)?)[^\s\"]+"), rf"\1{MASK}"),
    # A plan may be called "Basic Subscription": only what looks like a token is masked.
    (re.compile(r"(?i)\b(bearer|basic)\s+(?=\S*\d)[A-Za-z0-9._~+/=-]{16,}"), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?"), MASK),
    (re.compile(r"\b(?:live|test)_[A-Za-z0-9]{16,}\b"), MASK),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), MASK),
    (re.compile(rf'(?i)("?\b\w*(?:{_NAMES})"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|[^\s,;&"<>{{}}\[\]]+)'), rf"\1{MASK}"),
)


def is_secret_name(name: str) -> bool:
    """Tell whether a key's value must never be shown, however its words are joined."""
    return _SEPARATORS.sub("", name.lower()) in SECRET_NAMES


def redact_text(text: str) -> str:
    """Mask tokens, keys and name=value secrets inside free text."""
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    return text


@overload
def redact(value: str) -> str: ...
@overload
def redact(value: Mapping[str, Any]) -> dict[str, Any]: ...
@overload
def redact(value: Any) -> Any: ...
def redact(value: Any) -> Any:
    """Give a copy without secrets: values of secret names masked at any depth, tokens masked in texts."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {name: MASK if is_secret_name(str(name)) else redact(part) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [redact(part) for part in value]
    return value
