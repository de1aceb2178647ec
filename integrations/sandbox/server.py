"""The sandbox on real sockets: one small asyncio server per system and one for the control API, on loopback."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from email.utils import formatdate

from integrations.sandbox.app import Background, Request, Response
from integrations.sandbox.control import Control
from integrations.sandbox.wire import Refusal, encode, keeps_alive, read_request
from integrations.sandbox.world import World

LOOPBACK = "127.0.0.1"
HEAD_LIMIT = 64 * 1024
TICK_S = 0.2

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where a running sandbox listens: the control API's port and each system's."""

    base_port: int
    ports: Mapping[str, int]

    def origin(self, slug: str) -> str:
        """Give the origin of a system."""
        return f"http://{LOOPBACK}:{self.ports[slug]}"

    @property
    def control(self) -> str:
        """The origin of the control API."""
        return f"http://{LOOPBACK}:{self.base_port}"


@contextlib.asynccontextmanager
async def listening(world: World, base_port: int = 0) -> AsyncIterator[Running]:
    """Listen for every system of the world while the block runs; a base port of 0 picks free ports."""
    async with contextlib.AsyncExitStack() as stack:
        control = await stack.enter_async_context(_Listener(base_port, Control(world).handle))
        ports = {}
        for slug, simulator in world.simulators.items():
            port = base_port + simulator.port_offset if base_port else 0
            listener = _Listener(port, None, world, slug)
            ports[slug] = (await stack.enter_async_context(listener)).port
        world.base_port, world.ports = control.port, ports
        tasks = [asyncio.create_task(_tick(world))]
        tasks += [asyncio.create_task(s.background()) for s in world.simulators.values() if isinstance(s, Background)]
        for task in tasks:
            task.add_done_callback(_report)
        stack.push_async_callback(_cancel, tasks)
        yield Running(base_port=control.port, ports=ports)


async def serve(
    world: World, base_port: int, stop: asyncio.Event, ready: Callable[[Running], None] = lambda _: None
) -> None:
    """Serve until `stop` is set; `ready` is called once with the ports."""
    async with listening(world, base_port) as running_now:
        ready(running_now)
        await stop.wait()


@contextlib.contextmanager
def running(world: World, base_port: int = 0) -> Iterator[Running]:
    """Serve the world from a thread while the block runs, on free ports unless a base port is given."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started: Future[Running] = Future()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve(world, base_port, stop, started.set_result))
        except OSError as error:
            started.set_exception(error)

    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    try:
        yield started.result()
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join()


class _Listener:
    """One listening socket; answers by a plain function (control) or by a system of the world."""

    def __init__(
        self, port: int, answer: Callable[[Request], Response] | None, world: World | None = None, slug: str = ""
    ) -> None:
        self.port = port
        self._answer = answer
        self._world = world
        self._slug = slug
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._dated = (0, "")

    async def __aenter__(self) -> "_Listener":
        self._server = await asyncio.start_server(self._converse, LOOPBACK, self.port, limit=HEAD_LIMIT, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await read_request(reader, writer)
        if request is None:
            return False
        if isinstance(request, Refusal):
            writer.write(encode(Response.text(request.status, request.reason), "GET", keep=False))
            return False
        response = await self._respond(request)
        if response is None:
            writer.transport.abort()
            return False
        keep = keeps_alive(request)
        writer.write(encode(response, request.method, keep=keep, date=self._date()))
        await writer.drain()
        return keep

    async def _respond(self, request: Request) -> Response | None:
        if self._world is None:
            assert self._answer is not None
            return self._answer(request)
        plan = self._world.plan(self._slug, request)
        if plan.delay_s:
            await asyncio.sleep(plan.delay_s)
        return self._world.perform(self._slug, request, plan)

    def _date(self) -> str:
        """Give the world's time as every web server tells it; clients judge their own clocks by it."""
        second = self._world.clock.epoch_s() if self._world else 0
        if second != self._dated[0]:
            self._dated = (second, formatdate(second, usegmt=True))
        return self._dated[1]


async def _tick(world: World) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        world.tick()


def _report(task: "asyncio.Task[None]") -> None:
    """Say that a background task broke: simulators go on answering, but nothing is timely any more."""
    if not task.cancelled() and task.exception() is not None:
        _LOG.error("A background task of the sandbox has ended.", exc_info=task.exception())


async def _cancel(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
