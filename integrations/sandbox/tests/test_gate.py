"""Simulators that limit their requests in flight: told when one comes in and when it has ended."""

import threading
import time

import httpx

from integrations.sandbox.app import Response
from integrations.sandbox.server import running
from integrations.sandbox.tests.echo import Echo
from integrations.sandbox.world import World

PATIENCE_S = 60.0


class OneAtATime(Echo):
    """Refuses a second request in flight."""

    def __init__(self, world):
        super().__init__(world)
        self.inside = 0

    def enter(self, request):
        if self.inside:
            return Response.json(429, {"error": "one at a time"})
        self.inside += 1
        return None

    def leave(self, request):
        self.inside -= 1


def test_it_refuses_what_is_in_flight_too_much():
    world = World([OneAtATime])
    world.faults("echo").set_rules({"rules": [{"kind": "latency", "value_s": PATIENCE_S, "times": 1}]})
    with running(world) as where:
        first = threading.Thread(target=_get, args=(where,))
        first.start()  # and ends with the server
        pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
        while not world.simulators["echo"].inside and time.monotonic() < deadline:
            pause.wait(0.01)
        assert [_get(where), _get(where)] == [429, 429]
    first.join()


def test_it_lets_the_next_in_when_one_was_cut():
    world = World([OneAtATime])
    world.faults("echo").set_rules({"rules": [{"kind": "connection_reset", "times": 1}]})
    with running(world) as where:
        statuses = [_get(where), _get(where)]
    assert statuses == [0, 200]


def _get(where):
    try:
        return httpx.get(where.origin("echo") + "/", timeout=PATIENCE_S).status_code
    except httpx.TransportError:
        return 0
