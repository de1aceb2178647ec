"""The ping against the simulator: each misconfiguration is named by its own code, and every code has a fix."""

from zoneinfo import ZoneInfo

import pytest

from integrations.connectors.jde.checks import CHECKS
from integrations.connectors.jde.explanations import EXPLANATIONS
from integrations.connectors.jde.session import zone_of
from integrations.connectors.jde.tests.kit import Bench
from integrations.errors import ConnectorError

FIXES = {known.code for known in EXPLANATIONS if known.fix}


def failure(session) -> tuple[str, str]:
    """Run the checks in order and give the failing step and its code."""
    for check in CHECKS:
        try:
            check.run(session)
        except ConnectorError as error:
            return check.slug, error.code if error.code in FIXES else f"{error.code}: nobody says how to mend it"
    return "", ""


def at(host: str) -> dict[str, str]:
    return {"base_url": f"https://{host}.acme.example:9300"}


def user(name: str, **more: str) -> dict[str, str]:
    return {"username": name, "password": f"sandbox-{name}", **more}


def test_it_passes_a_good_connection(bench):
    assert failure(bench.session()) == ("", "")


@pytest.mark.parametrize(
    ("typed", "step", "code"),
    [
        (at("ais-nowhere"), "server", "jde_not_ais"),
        (at("ais-hosts"), "sign_in", "jde_allowed_hosts"),
        (at("ais-nopassword"), "sign_in", "jde_sign_in_refused"),
        (at("ais-nodata"), "capabilities", "jde_capability_missing"),
        (at("ais-jasdown"), "server", "jde_jas_down"),
        (at("ais-old"), "server", "jde_tools_too_old"),
        (at("ais-stateless"), "", ""),
        (at("ais-v2"), "", ""),
        (at("ais-unlicensed"), "first_read", "jde_permission_missing"),
        ({"password": "wrong"}, "sign_in", "jde_sign_in_refused"),
        (user("MLLOCKED"), "sign_in", "jde_sign_in_refused"),
        (user("MLEXPIRED"), "sign_in", "jde_sign_in_refused"),
        (user("MLTEST"), "sign_in", "jde_sign_in_refused"),
        (user("MLNOAP"), "permission:payables", "jde_permission_missing"),
        (user("MLREAD"), "orchestration:MLC_SYS_PING", "jde_orchestration_missing"),
        (user("MLSHORT"), "", ""),
        (user("MLMONTHS"), "", ""),
        (user("MLEURO"), "", ""),
    ],
)
def test_it_names_what_is_wrong_with_server_or_user(bench, typed, step, code):
    assert failure(bench.session(**typed)) == (step, code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"imported": False}, "jde_orchestration_missing"),
        ({"udoGroup": "Pending Approval"}, "jde_orchestration_not_shared"),
        ({"inputFormat": "JDE Standard"}, "jde_orchestration_differs"),
        ({"containsContinueOnError": True}, "jde_continue_on_error"),
        ({"lacks": ["glDate"]}, "jde_orchestration_differs"),
        ({"exposeInputsInDiscovery": False}, ""),
    ],
)
def test_it_names_what_is_wrong_with_an_orchestration(bench, change, code):
    bench.control("POST orchestrations", name="MLC_GL_ADD_JE", **change)
    assert failure(bench.session()) == (("orchestration:MLC_GL_ADD_JE", code) if code else ("", ""))


def test_it_runs_no_orchestration_that_writes(bench: Bench):
    failure(bench.session())
    paths = [path for _, path in bench.world.traffic["jde"].calls if "/orchestrator/" in path]
    assert paths == ["/jderest/v3/orchestrator/MLC_SYS_PING"]


def test_it_says_what_the_system_is(bench):
    identity = bench.session().identity()
    assert (identity.name, identity.base_currency, identity.is_production) == ("Acme Corporation", "USD", True)
    assert identity.details["environment"] == "JPD920"


def test_it_tells_environments_apart_and_not_passwords(bench):
    prints = {
        bench.session().identity().fingerprint,
        bench.session(username="MLEURO", password="sandbox-MLEURO").identity().fingerprint,
        bench.session(environment="JPY920").identity().fingerprint,
    }
    assert len(prints) == 2


@pytest.mark.parametrize(
    ("offset", "zone"),
    [("UTC-06:00", "Etc/GMT+6"), ("UTC+01:00", "Etc/GMT-1"), ("UTC+00:00", "Etc/GMT"), ("UTC+05:30", ""), ("", "")],
)
def test_it_names_a_zone_that_computers_know(offset, zone):
    assert zone_of(offset) == zone
    ZoneInfo(zone or "UTC")
