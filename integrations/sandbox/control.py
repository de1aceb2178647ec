"""The control API of a sandbox world: look into it, break it, move its clock, fill it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from integrations.sandbox.app import Controlled, Json, Request, Response

if TYPE_CHECKING:
    from integrations.sandbox.world import World

Call = Callable[[Json], Json]


class Control:
    """Answers the control requests of one world; the sandbox listens with it on the base port."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._whole: dict[tuple[str, str], Call] = {
            ("GET", "credentials"): self._credentials,
            ("GET", "systems"): self._systems,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._advance_clock,
            ("POST", "reset"): self._reset,
        }
        self._per_system: dict[tuple[str, str], Callable[[str, Json], Json]] = {
            ("GET", "state"): lambda slug, _: self._world.state(slug),
            ("GET", "requests"): self._requests,
            ("GET", "faults"): lambda slug, _: {"hits": self._world.faults(slug).hits()},
            ("POST", "faults"): self._set_faults,
            ("DELETE", "faults"): self._clear_faults,
        }

    def handle(self, request: Request) -> Response:
        """Answer one control request; what does not exist is 404, what makes no sense 400, each with a sentence."""
        try:
            options = self._options(request)
            with self._world.lock:
                return Response.json(200, self._answer(request, options))
        except LookupError as error:
            return Response.json(404, {"error": str(error.args[0]) if error.args else "Not found."})
        except (ValueError, TypeError) as error:
            return Response.json(400, {"error": str(error)})

    def _answer(self, request: Request, options: Json) -> Json:
        verb, _, slug = request.path.strip("/").partition("/")
        if not slug:
            call = self._whole.get((request.method, verb))
            if call is None:
                raise LookupError(f"The control API has no {request.method} /{verb}.")
            return call(options)
        if slug not in self._world.simulators:
            raise LookupError(f"No system '{slug}' in this sandbox. It has: {', '.join(self._world.simulators)}.")
        common = self._per_system.get((request.method, verb))
        return common(slug, options) if common else self._own(request.method, verb, slug)(options)

    def _own(self, method: str, verb: str, slug: str) -> Call:
        simulator = self._world.simulators[slug]
        own = simulator.controls() if isinstance(simulator, Controlled) else {}
        call = own.get(f"{method} {verb}")
        if call is None:
            raise LookupError(
                f"The {slug} simulator has no {method} /{verb}/{slug}. It has: {', '.join(own) or 'none'}."
            )
        return call

    @staticmethod
    def _options(request: Request) -> Json:
        if not request.body:
            return dict(request.query)
        options = request.json()
        if not isinstance(options, dict):
            raise ValueError("The body must be a JSON object.")
        return options

    def _credentials(self, _: Json) -> Json:
        return {slug: simulator.credentials() for slug, simulator in self._world.simulators.items()}

    def _systems(self, _: Json) -> Json:
        return {
            slug: {
                "port": self._world.ports.get(slug),
                "port_offset": simulator.port_offset,
                "hosts": simulator.hosts(),
            }
            for slug, simulator in self._world.simulators.items()
        }

    def _clock(self, _: Json) -> Json:
        clock = self._world.clock
        return {"world": self._world.id, "now": clock.now().isoformat(), "epoch_s": clock.epoch_s()}

    def _advance_clock(self, options: Json) -> Json:
        self._world.advance(float(options.get("advance_s", 0)))
        return self._clock(options)

    def _reset(self, _: Json) -> Json:
        self._world.reset()
        return {"ok": True}

    def _requests(self, slug: str, _: Json) -> Json:
        traffic = self._world.traffic[slug]
        counts: dict[str, dict[str, int]] = {}
        for (method, path), number in sorted(traffic.calls.items()):
            counts.setdefault(method, {})[path] = number
        return {"reads": traffic.reads, "writes": traffic.writes, "counts": counts}

    def _set_faults(self, slug: str, options: Json) -> Json:
        return {"rules": self._world.faults(slug).set_rules(options)}

    def _clear_faults(self, slug: str, _: Json) -> Json:
        self._world.faults(slug).clear()
        return {"rules": 0}
