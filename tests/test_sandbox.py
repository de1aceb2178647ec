"""The sandbox as customers use it: one command serves every system, and the portal's own ping passes against each."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from integrations import registry
from integrations.engine.ping import ping
from integrations.engine.tests.builders import make_tenant
from integrations.sandbox.tests.ports import free_block
from integrations.sandbox.world import World
from portal.sandbox import connect_sandbox

ROOT = Path(__file__).resolve().parents[1]
OFFSETS = {
    "chargebee": 1,
    "jde": 2,
    "billcom": 3,
    "netsuite": 4,
    "acumatica": 5,
    "dynamics365": 6,
    "entra": 7,
}


@pytest.fixture(scope="module")
def base_port() -> Iterator[int]:
    port = free_block()
    command = [sys.executable, "manage.py", "sandbox", "--base-port", str(port), "--customers", "5"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    yield port
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


def test_it_serves_every_system_on_its_port(base_port: int):
    served = httpx.get(f"http://127.0.0.1:{base_port}/systems").json()
    assert {slug: served[slug]["port"] - base_port for slug in OFFSETS} == OFFSETS


@pytest.mark.django_db
@pytest.mark.parametrize("slug", sorted(registry.connectors()))
def test_it_passes_the_ping_of_every_connector(base_port: int, settings, slug: str):
    settings.SANDBOX_BASE_PORT = base_port
    connection = connect_sandbox(tenant_id=make_tenant().pk, connector=registry.connector(slug), actor="test")
    found = ping(connection, actor="test")
    assert [step for step in found.steps if not step["ok"]] == []
    assert [step["slug"] for step in found.steps][-1] == "identity"


def test_its_readme_names_every_control_call():
    told = (ROOT / "integrations" / "sandbox" / "README.md").read_text()
    simulators = World(registry.simulators()).simulators.items()
    calls = [f"/{call.split()[1]}/{slug}" for slug, each in simulators for call in each.controls()]
    assert [call for call in calls if call not in told] == []
