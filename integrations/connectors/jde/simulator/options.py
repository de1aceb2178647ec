"""What differs from one customer's servers to the next, switched by control."""

from dataclasses import dataclass, fields
from typing import Any

CAPABILITIES = (
    "grid,editable,log,processingOption,query,complexQuery,jargon,aliasNaming,applicationStack,dataservice,"
    "dataServiceAggregation,outputType"
)
CHOICES = {"duplicate_invoice": ("error", "warning", "ignore"), "message": ("string", "object", "mixed")}


@dataclass(slots=True)
class Options:
    """Named switches; each has its own type, and a change to an unknown one is refused."""

    def change(self, changes: dict[str, Any]) -> None:
        """Set switches by name; `ValueError` names one that does not exist or has the wrong type."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"Unknown option {name!r}. Known: {', '.join(known)}.")
            kinds = (int, float) if isinstance(known[name], float) else (type(known[name]),)
            if type(value) not in kinds:
                raise ValueError(f"Option {name!r} wants a {kinds[-1].__name__}, not {value!r}.")
            if name in CHOICES and value not in CHOICES[name]:
                raise ValueError(f"Option {name!r} is one of {', '.join(CHOICES[name])}.")
            setattr(self, name, value)


@dataclass(slots=True)
class AisOptions(Options):
    """One AIS server with its HTML (JAS) server, as its administrators set it up.

    `dead_read_status` answers a dead token on the data service, where 444 is not documented; `device_status` a token
    without its device. With two `nodes` a session lives on one of them unless the balancing is stateless. `root` is
    where AIS is published. `message` says how failed orchestrations word themselves: string, object or mixed.
    """

    allowed_hosts_ok: bool = True
    allow_user_password: bool = True
    allow_basic: bool = True
    sign_in_attempts: int = 3
    session_timeout_min: float = 30.0
    time_to_live_min: float = 720.0
    dead_read_status: int = 403
    dead_validate_status: int = 444
    device_status: int = 444
    nodes: int = 1
    stateless_balancing: bool = False
    root: str = "/jderest"
    version: str = "EnterpriseOne 9.2.8.3"
    has_v2: bool = True
    has_v3: bool = True
    capabilities: str = CAPABILITIES
    default_environment: str = "JPD920"
    caching: bool = False
    jas_up: bool = True
    defaultconfig_post: bool = False
    fetch_limit: int = 2000
    result_set_timeout_s: float = 60.0
    link_origin: str = "https://ais01.internal.corp.example:9301"
    browse_orders: bool = True
    orchestrator_licensed: bool = True
    missing_input_status: int = 400
    business_status: int = 500
    unknown_orchestration_status: int = 500
    message: str = "mixed"
    extra_fields: bool = True


@dataclass(slots=True)
class ErpOptions(Options):
    """One EnterpriseOne environment: constants and processing options that change what documents become."""

    timezone: str = "America/Chicago"
    batches_approved: bool = True
    duplicate_invoice: str = "warning"
    new_pay_status: str = "A"
    void_pay_status: str = "A"
    allows_prior_periods: bool = False
