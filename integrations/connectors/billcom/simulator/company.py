"""The session itself, the organization, its users, bank accounts and payment terms: all only read here."""

from integrations.connectors.billcom.simulator.answers import instant, refuse
from integrations.connectors.billcom.simulator.call import Call, done, listed
from integrations.connectors.billcom.simulator.listings import BANKS, TERMS
from integrations.sandbox.app import Json, Response

ADDRESS = {
    "line1": "1 Foundry Road",
    "city": "Denver",
    "stateOrProvince": "CO",
    "zipOrPostalCode": "80202",
    "country": "US",
    "countryName": "United States",
}


def session(call: Call) -> Response:
    """Answer `GET /v3/login/session`; of the values of `mfaStatus` only two were ever seen."""
    is_enrolled = call.session.user.id in call.sessions.mfa.enrolled
    return done(
        {
            "organizationId": call.org.id,
            "userId": call.session.user.id,
            "mfaStatus": "COMPLETE" if is_enrolled else "DISABLED",
            "mfaBypass": False,
        }
    )


def logout(call: Call) -> Response:
    """Answer `POST /v3/logout` with an empty body; the session is dead."""
    call.session.has_ended = True
    return Response.empty(200)


def organization(call: Call) -> Response:
    """Answer `GET /v3/organizations/{id}`, for the session's own organization only. It names no currency."""
    if call.ids[0] != call.org.id:
        refuse("BDC_1205", f"No organization exists with id {call.ids[0]}.", "id", call.ids[0])
    made = instant(call.org.made)
    shown: Json = {
        "id": call.org.id,
        "archived": False,
        "name": call.org.setup.name,
        "address": ADDRESS,
        "taxIdType": "EIN",
        "createdTime": made,
        "updatedTime": made,
    }
    return done(shown)


def users(call: Call) -> Response:
    """Answer `GET /v3/users`."""
    return done({"results": _people(call)})


def user(call: Call) -> Response:
    """Answer `GET /v3/users/{id}`."""
    found = [one for one in _people(call) if one["id"] == call.ids[0]]
    return done(found[0]) if found else refuse("BDC_1205", f"No user exists with id {call.ids[0]}.", "id", call.ids[0])


def banks(call: Call) -> Response:
    """Answer `GET /v3/funding-accounts/banks`."""
    return listed(call, BANKS)


def terms(call: Call) -> Response:
    """Answer `GET /v3/payment-terms`."""
    return listed(call, TERMS)


def not_played(call: Call) -> Response:
    """Say of a path that BILL has and this sandbox does not play that it is so."""
    text = f"BILL has {call.request.path}; this sandbox does not play it."
    return Response.json(501, [{"code": "SANDBOX", "severity": "ERROR", "category": "SERVER", "message": text}])


def _people(call: Call) -> list[Json]:
    return [
        {
            "id": one.id,
            "archived": bool(one.refusal),
            "firstName": one.first_name,
            "lastName": one.last_name,
            "email": one.username,
            "role": {"id": "00r01ROLE00000000001", "type": "ADMINISTRATOR", "description": "Administrator"},
            "createdTime": instant(call.org.made),
            "updatedTime": instant(call.org.made),
        }
        for one in call.org.setup.users
        if not one.is_token
    ]
