"""The configuration that an AIS server tells anyone: defaults, session times, capabilities."""

from integrations.connectors.jde.simulator.answers import problem
from integrations.connectors.jde.simulator.server import Call
from integrations.sandbox.app import Json, Response


def default_config(call: Call) -> Response:
    """Answer the configuration; the connection to the HTML server is tested unless that is bypassed."""
    options, request = call.server.options, call.request
    if not options.jas_up and request.param("bypassJASTest") != "true":
        return problem(500, "Unable to connect to the HTML Server.", call.now)
    has = options.capabilities.split(",")
    wanted = [one for one in (request.param("requiredCapabilities") or "").split(",") if one]
    found: Json = {
        "jasHost": "jas01.internal.corp.example",
        "jasPort": "8443",
        "jasProtocol": "https",
        "defaultJasServer": "https://jas01.internal.corp.example:8443",
        "defaultEnvironment": options.default_environment,
        "defaultRole": "*ALL",
        "displayEnvironment": True,
        "displayRole": True,
        "displayJasServer": False,
        "ssoAllowed": False,
        "allowSelfSignedSsl": False,
        "sessionTimeout": f"{options.session_timeout_min:g}",
        "timeToLive": f"{options.time_to_live_min:g}",
        "defaultCachingOn": options.caching,
        "aisVersion": options.version,
        "requiredCapabilityMissing": not set(wanted) <= set(has),
    }
    if request.param("settings") != "true":
        found["capabilityList"] = [_capability(name) for name in has]
    return Response.json(200, found)


def _capability(name: str) -> Json:
    words = f"Capability {name} of this AIS server"
    since = "v2" if name in ("outputType", "aliasNaming") else "v1"
    return {
        "name": name,
        "shortDescription": words,
        "longDescription": words,
        "asOfRelease": "9.1.5",
        "sinceVersion": since,
    }
