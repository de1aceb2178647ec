"""MFA: set up once per user, challenged per session, remembered per device for 30 days."""

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.call import Call, done
from integrations.connectors.billcom.simulator.identities import MESSAGES
from integrations.connectors.billcom.simulator.schema import Field, Shape
from integrations.sandbox.app import Response

CODE = "123456"  # what every text message of the sandbox says

_SETUP: Shape = {"phone": Field(), "type": Field(), "primary": Field(kind="flag")}
_VALIDATE_SETUP: Shape = {"setupId": Field(required=True), "type": Field(), "token": Field(required=True)}
_CHALLENGE: Shape = {"useBackup": Field(kind="choice", choices=("true", "false"))}
_VALIDATE: Shape = {
    "challengeId": Field(required=True),
    "token": Field(required=True),
    "device": Field(required=True),
    "machineName": Field(),
    "rememberMe": Field(kind="flag"),
}
_STEP_UP: Shape = {"rememberMeId": Field(required=True), "device": Field(required=True)}


def setup(call: Call) -> Response:
    """Answer `POST /v3/mfa/setup`."""
    _refuse_token(call)
    call.body(_SETUP)
    return done({"setupId": _open(call, "mfs")})


def validate_setup(call: Call) -> Response:
    """Answer `POST /v3/mfa/setup/validate`, which the guide calls `/v3/mfa/validate`."""
    values = call.body(_VALIDATE_SETUP)
    _check_code(call, values["setupId"], values["token"])
    call.sessions.mfa.enrolled.add(call.session.user.id)
    return done({"status": "SUCCESS"})


def challenge(call: Call) -> Response:
    """Answer `POST /v3/mfa/challenge`."""
    _refuse_token(call)
    if call.request.body:
        call.body(_CHALLENGE)
    if call.session.user.id not in call.sessions.mfa.enrolled:
        refuse("BDC_1143", "MFA is not set up for this user.", "userId", call.session.user.id)
    return done({"challengeId": _open(call, "mfc")})


def validate(call: Call) -> Response:
    """Answer `POST /v3/mfa/challenge/validate`: the session is trusted from here on."""
    values = call.body(_VALIDATE)
    _check_code(call, values["challengeId"], values["token"])
    call.session.is_trusted = True
    if not values.get("rememberMe"):
        return done({})
    return done({"rememberMeId": call.sessions.remember(call.session.user.id, values["device"])})


def step_up(call: Call) -> Response:
    """Answer `POST /v3/mfa/step-up`: trust by a remembered device."""
    _refuse_token(call)
    values = call.body(_STEP_UP)
    if not call.sessions.is_remembered(values["rememberMeId"], call.session.user.id, values["device"]):
        refuse("BDC_1361", MESSAGES["BDC_1361"])
    call.session.is_trusted = True
    return done({"trusted": True})


def _open(call: Call, prefix: str) -> str:
    id = call.sessions.token(prefix)
    call.sessions.mfa.challenges[id] = call.session.user.id
    return id


def _check_code(call: Call, id: str, code: str) -> None:
    if call.sessions.mfa.challenges.get(id) != call.session.user.id:
        refuse("BDC_1205", f"No MFA challenge exists with id {id}.", "challengeId", id)
    if code != CODE:
        refuse("BDC_1356", "The MFA code is wrong or has expired.", "token")
    del call.sessions.mfa.challenges[id]


def _refuse_token(call: Call) -> None:
    if call.session.user.is_token:
        refuse("BDC_1145", "A sync token has no MFA operations.")
