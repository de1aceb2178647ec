"""Why Entra ID refuses a sign-in: its numbers, else OAuth's words, to our codes."""

import json
import re
from dataclasses import dataclass

from integrations.answer import Answer
from integrations.connectors.dynamics365.credentials import Credentials
from integrations.errors import AuthenticationError

_IN_TEXT = re.compile(r"AADSTS(\d{4,8})")


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause: our code, the field of the form, and what to say."""

    code: str
    field: str
    said: str


_BY_NUMBER = {
    7000215: Cause("d365_wrong_secret", "client_secret", "the client secret is wrong. Often its Secret ID was copied"),
    7000222: Cause("d365_secret_expired", "client_secret", "the client secret has expired"),
    700016: Cause("d365_client_unknown", "client_id", "this tenant has no application with this client id"),
    90002: Cause("d365_tenant_unknown", "tenant_id", "there is no such Entra tenant"),
    900023: Cause("d365_tenant_unknown", "tenant_id", "this is no Entra tenant's id"),
    500011: Cause("d365_environment_unknown", "environment_url", "this tenant has no environment at this address"),
    65001: Cause("d365_environment_unknown", "environment_url", "the address is not one that tokens are made for here"),
}
_BY_WORD = {
    "invalid_client": _BY_NUMBER[7000215],
    "unauthorized_client": _BY_NUMBER[700016],
    "invalid_resource": _BY_NUMBER[500011],
    "invalid_scope": _BY_NUMBER[500011],
    "invalid_grant": _BY_NUMBER[65001],
}
_UNNAMED = Cause("d365_sign_in_refused", "tenant_id", "Entra did not accept the request")


def refusal(answer: Answer, credentials: Credentials) -> AuthenticationError:
    """Name the likeliest cause of a refused sign-in; numbers count more than OAuth's words, and both than the status.

    Source: the vendor file's collection of AADSTS codes (DOCS business-events/troubleshooting.md and public threads),
    read 2026-11-21. What 90002, 500011 and the statuses mean is inferred.
    """
    word, numbers = _codes(answer)
    cause = next((_BY_NUMBER[number] for number in numbers if number in _BY_NUMBER), None)
    cause = cause or _BY_WORD.get(word, _UNNAMED)
    named = f" (AADSTS{numbers[0]})" if numbers else f" ({word or f'status {answer.status}'})"
    return AuthenticationError(
        f"Microsoft Entra ID refused the sign-in to {credentials.host}: {cause.said}{named}.",
        code=cause.code,
        field=cause.field,
        answer=answer.summary,
    )


def _codes(answer: Answer) -> tuple[str, tuple[int, ...]]:
    """Give OAuth's `error` and Entra's numbers; empty where what answered is no token endpoint."""
    try:
        said = json.loads(answer.text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return "", ()
    listed = said.get("error_codes")
    numbers = tuple(one for one in listed if isinstance(one, int)) if isinstance(listed, list) else ()
    found = _IN_TEXT.findall(str(said.get("error_description") or ""))
    return str(said.get("error") or ""), numbers or tuple(int(one) for one in found)
