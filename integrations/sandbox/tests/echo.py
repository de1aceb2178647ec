"""A tiny system for the kit's own tests: stores what is posted, gives it back."""

from integrations.sandbox.app import ControlCall, Json, Request, Response
from integrations.sandbox.world import World


class Echo:
    """Keeps the bodies of its writes in order."""

    slug = "echo"
    port_offset = 3

    def __init__(self, world: World) -> None:
        self._faults = world.faults(self.slug)
        self.stored: list[Json] = []
        self.ticks = 0

    def handle(self, request: Request) -> Response:
        if request.path == "/nothing":
            return Response.empty(204)
        if request.method == "POST":
            self.stored.append(request.json())
            return Response.json(201, {"n": len(self.stored)})
        query = [list(pair) for pair in request.query]
        return Response.json(200, {"path": request.path, "host": request.host, "query": query})

    def credentials(self) -> Json:
        return {"key": "sandbox-only"}

    def hosts(self) -> tuple[str, ...]:
        return ("echo.example",)

    def state(self) -> Json:
        return {"documents": self.stored}

    def is_write(self, request: Request) -> bool:
        return request.method != "GET"

    def tick(self) -> None:
        self.ticks += 1

    def reset(self) -> None:
        self.stored = []

    def controls(self) -> dict[str, ControlCall]:
        return {"POST generate": self._generate}

    def _generate(self, options: Json) -> Json:
        if "n" not in options:
            raise ValueError("Say how many: {'n': 3}.")
        self.stored += [{"i": i} for i in range(options["n"])]
        return {"made": options["n"]}
