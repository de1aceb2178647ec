"""Chargebee's webhooks: there is no signature, so they are verified by Basic auth and confirmed at the source.

The secret in the URL is the portal's. Sample events of Chargebee's "Test webhook" button are accepted like all others;
the source does not know them, so `Session.confirm` drops them.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping

from integrations.connectors.chargebee.reader import Reader
from integrations.contracts import Hint, Inbound, InboundRequest
from integrations.errors import ContractError
from integrations.money import from_json

USERNAME, PASSWORD = "webhook_username", "webhook_password"
SECRET_NAMES = (USERNAME, PASSWORD)
UNREADABLE = "chargebee_unreadable_webhook"

GUIDE = """\
1. In Chargebee, go to **Settings > Configure Chargebee > API Keys and Webhooks > Webhooks** and press **Add Webhook**.
2. Paste the webhook URL shown here; the API version is **V2**.
3. Switch on **Protect webhook URL with basic authentication** and paste the user name and password shown here.
4. Choose the events: all of invoices, credit notes, payments, transactions, customers, subscriptions and the product
   catalogue. Choosing all events does no harm.
5. Press **Test webhook**: Chargebee must show status 200. Its sample records are not booked.
"""


def verify(request: InboundRequest, secrets: Mapping[str, str]) -> bool:
    """Tell whether user name and password are right, in constant time; never without stored secrets.

    Source: Webhooks (apidocs, read 2026-11-21).
    """
    user, password = _sent(request.headers.get("authorization", ""))
    wanted_user, wanted_password = secrets.get(USERNAME, ""), secrets.get(PASSWORD, "")
    is_user = hmac.compare_digest(user, wanted_user.encode())
    is_password = hmac.compare_digest(password, wanted_password.encode())
    return is_user & is_password & bool(wanted_user) & bool(wanted_password)


def hint(request: InboundRequest) -> Hint:
    """Read the event's id and type. Raises ContractError. Source: Events (apidocs, read 2026-11-21)."""
    try:
        body = from_json(request.body)
    except ValueError as error:
        raise ContractError("The webhook's body is not JSON. Check who calls this address.", code=UNREADABLE) from error
    if not isinstance(body, dict):
        raise ContractError("The webhook's body is not an event. Check who calls this address.", code=UNREADABLE)
    row = Reader(body, "Webhook")
    try:
        return Hint(event_id=row.needed_text("id"), event_type=row.needed_text("event_type"))
    except ContractError as error:
        raise ContractError(error.message, code=UNREADABLE, field=error.field) from error


def _sent(header: str) -> tuple[bytes, bytes]:
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return b"", b""
    try:
        user, _, password = base64.b64decode(packed.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return b"", b""
    return user, password


INBOUND = Inbound(secret_names=SECRET_NAMES, verify=verify, hint=hint, guide=GUIDE)
