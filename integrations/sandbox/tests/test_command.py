"""`manage.py sandbox` as a process of its own: it announces its origins, serves, and ends on a signal."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from integrations.sandbox.tests.ports import free_block

ROOT = Path(__file__).parents[3]


@pytest.fixture
def base_port():
    return free_block()


@pytest.fixture
def sandbox(base_port):
    command = [sys.executable, "manage.py", "sandbox", "--base-port", str(base_port), "--customers", "3"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal(sandbox, base_port, number):
    announced = sandbox.stdout.readline()
    documents = httpx.get(f"http://127.0.0.1:{base_port}/state/chargebee").json()["documents"]
    sandbox.send_signal(number)
    assert f"http://127.0.0.1:{base_port}" in announced
    assert sum(one["object"] == "customer" for one in documents) == 4
    assert sandbox.wait(timeout=20) == 0


def test_it_says_which_option_mends_a_port_that_is_taken(sandbox, base_port):
    sandbox.stdout.readline()
    command = [sys.executable, "manage.py", "sandbox", "--base-port", str(base_port), "--customers", "0"]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert "--base-port" in second.stderr
