"""The control API: what it shows, what it changes, what it refuses with a sentence."""

import httpx
import pytest

from integrations.sandbox.tests.echo import Echo
from integrations.sandbox.world import World


@pytest.fixture
def world():
    return World([Echo])


@pytest.fixture
def control(world):
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("control")), base_url="http://control")


@pytest.fixture
def echo(world):
    return httpx.Client(transport=httpx.WSGITransport(world.wsgi("echo")), base_url="http://echo.example")


def test_it_gives_the_credentials_of_every_system(control):
    assert control.get("/credentials").json() == {"echo": {"key": "sandbox-only"}}


def test_it_counts_reads_and_writes(control, echo):
    echo.get("/a")
    echo.post("/b", json={})
    assert control.get("/requests/echo").json() == {
        "reads": 1,
        "writes": 1,
        "counts": {"GET": {"/a": 1}, "POST": {"/b": 1}},
    }


def test_it_shows_the_state_with_its_counts(control, echo):
    echo.post("/b", json={"x": 1})
    assert control.get("/state/echo").json() == {"documents": [{"x": 1}], "reads": 0, "writes": 1}


def test_it_moves_the_clock(control, world):
    before = world.clock.epoch_s()
    assert control.post("/clock", json={"advance_s": 3600}).json()["epoch_s"] >= before + 3600


def test_it_resets_everything(control, echo, world):
    echo.post("/b", json={})
    control.post("/faults/echo", json={"rules": [{"kind": "server_error"}]})
    control.post("/reset")
    assert echo.get("/a").status_code == 200
    assert control.get("/state/echo").json() == {"documents": [], "reads": 1, "writes": 0}


def test_it_dispatches_to_the_system_s_own_calls(control):
    assert control.post("/generate/echo", json={"n": 2}).json() == {"made": 2}


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/state/nowhere", 404, "No system 'nowhere'"),
        ("POST", "/tamper/echo", 404, "has no POST /tamper/echo"),
        ("GET", "/unheard", 404, "no GET /unheard"),
        ("POST", "/generate/echo", 400, "Say how many"),
    ],
)
def test_it_refuses_with_a_sentence(control, method, path, status, words):
    answer = control.request(method, path)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_it_refuses_an_unknown_fault_kind(control):
    answer = control.post("/faults/echo", json={"rules": [{"kind": "gremlins"}]})
    assert answer.status_code == 400
    assert "gremlins" in answer.json()["error"]
