"""What an AIS server says about itself before any sign-in, and under which path it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.connectors.jde.credentials import Credentials
from integrations.connectors.jde.explain import judge_configuration
from integrations.errors import ConfigurationError, ConnectorError, ContractError
from integrations.http import Answer, Http

NEEDED = "dataservice,query,outputType"
_TIMEOUT_MIN, _TIME_TO_LIVE_MIN = 30, 720  # Oracle's own sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The server's configuration, as far as we use it."""

    version: str
    default_environment: str
    idle_s: int
    time_to_live_s: int
    capabilities: frozenset[str]
    is_capability_missing: bool
    is_caching: bool


class Locator:
    """Finds the path under which AIS answers, once per session."""

    def __init__(self, credentials: Credentials, http: Http) -> None:
        self._credentials = credentials
        self._http = http
        self._found: tuple[str, Configuration] | None = None

    def root(self) -> str:
        """Give the path before /v2. Raises ConfigurationError where no AIS server answers."""
        return self._find()[0]

    def configuration(self) -> Configuration:
        """Give the configuration as read first."""
        return self._find()[1]

    def readiness(self) -> Configuration:
        """Read the configuration anew, with the test of the HTML (JAS) server behind it.

        Source: op-v2-defaultconfig-get, read 2026-11-21.
        """
        answer = self._http.read("GET", _url(self.root()), params={"requiredCapabilities": NEEDED, "all": "true"})
        return _configuration(answer)

    def _find(self) -> tuple[str, Configuration]:
        if self._found is None:
            self._found = self._ask()
        return self._found

    def _ask(self) -> tuple[str, Configuration]:
        refusal: ConnectorError | None = None
        for root in self._credentials.roots:
            params = {"requiredCapabilities": NEEDED, "all": "true", "bypassJASTest": "true"}
            answer = self._http.read("GET", _url(root), params=params)
            try:
                return root, _configuration(answer)
            except (ContractError, ConfigurationError) as error:
                refusal = refusal or error
        for root in self._credentials.roots:
            if self._http.read("GET", f"{root}/defaultconfig", params={"bypassJASTest": "true"}).is_success:
                raise ConfigurationError(
                    "This AIS server answers only version 1 of the services. The portal needs Tools Release 9.2.1.2 or "
                    "later: ask your CNC administrator.",
                    code="jde_tools_too_old",
                ) from refusal
        raise refusal or AssertionError


def _url(root: str) -> str:
    return f"{root}/v2/defaultconfig"


def _configuration(answer: Answer) -> Configuration:
    judge_configuration(answer)
    said = answer.json()
    if not isinstance(said, dict) or not ("aisVersion" in said or "jasHost" in said):
        raise ContractError(
            f"What answers at {answer.host}{answer.path} is no AIS server. Check the address of the connection.",
            code="jde_not_ais",
            field="base_url",
        )
    return Configuration(
        version=str(said.get("aisVersion") or ""),
        default_environment=str(said.get("defaultEnvironment") or ""),
        idle_s=_minutes(said, "sessionTimeout", _TIMEOUT_MIN),
        time_to_live_s=_minutes(said, "timeToLive", _TIME_TO_LIVE_MIN),
        capabilities=frozenset(
            str(one.get("name")) for one in said.get("capabilityList") or [] if isinstance(one, dict)
        ),
        is_capability_missing=str(said.get("requiredCapabilityMissing")).lower() == "true",
        is_caching=str(said.get("defaultCachingOn")).lower() == "true",
    )


def _minutes(said: Mapping[str, Any], name: str, default: int) -> int:
    """Give seconds of a number of minutes, which comes as text."""
    text = str(said.get(name) or "")
    return 60 * (int(text) if text.isdecimal() and int(text) else default)
