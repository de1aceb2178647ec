"""The AIS servers of the sandbox by host, one for each way a set-up can be right or wrong; they share one ERP."""

from typing import Any

from integrations.connectors.jde.simulator.options import CAPABILITIES

DEFAULT = "ais.acme.example"
PORT = 9300

SERVERS: dict[str, tuple[str, dict[str, Any]]] = {
    DEFAULT: ("all is well", {}),
    "ais-cluster.acme.example": ("two nodes with session affinity by cookie", {"nodes": 2}),
    "ais-stateless.acme.example": ("two nodes without affinity", {"nodes": 2, "stateless_balancing": True}),
    "ais-root.acme.example": ("a proxy publishes AIS without /jderest", {"root": ""}),
    "ais-hosts.acme.example": ("the HTML server does not allow this AIS server", {"allowed_hosts_ok": False}),
    "ais-nopassword.acme.example": ("sign-in by user and password is off", {"allow_user_password": False}),
    "ais-nodata.acme.example": (
        "lacks the capability dataservice",
        {"capabilities": CAPABILITIES.replace("dataservice,", "")},
    ),
    "ais-jasdown.acme.example": ("its HTML server is down", {"jas_up": False}),
    "ais-old.acme.example": (
        "Tools before version 2 of the services",
        {"has_v2": False, "has_v3": False, "version": "EnterpriseOne 9.2.0.5"},
    ),
    "ais-v2.acme.example": ("Tools before version 3 of the orchestrator", {"has_v3": False}),
    "ais-cached.acme.example": ("answers reads from a cache", {"caching": True}),
    "ais-unlicensed.acme.example": ("the orchestrator is not licensed", {"orchestrator_licensed": False}),
    "ais-prototype.acme.example": ("signs in to the prototype by default", {"default_environment": "JPY920"}),
}
