"""The control calls of this system: fill it, post, close periods, act as its staff would, misconfigure it, tamper."""

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

from integrations.connectors.jde.simulator.acts import ACTS
from integrations.connectors.jde.simulator.erp import batches, posting
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.history.generator import generate
from integrations.connectors.jde.simulator.options import Options
from integrations.connectors.jde.simulator.server import AisServer
from integrations.connectors.jde.simulator.servers import DEFAULT
from integrations.connectors.jde.simulator.tampering import plant
from integrations.connectors.jde.simulator.users import PRODUCTION
from integrations.sandbox.app import ControlCall, Json

if TYPE_CHECKING:
    from integrations.connectors.jde.simulator.system import JdeSimulator


class Controls:
    """The calls, each taking the JSON body; `host` in it names another server, `environment` another environment."""

    def __init__(self, simulator: "JdeSimulator") -> None:
        self._simulator = simulator

    def calls(self) -> dict[str, ControlCall]:
        """Give the calls by method and verb."""
        return {
            "POST generate": self._generate,
            "POST post": self._post,
            "POST periods": self._periods,
            "POST calendar": self._calendar,
            "POST tamper": self._tamper,
            "POST act": self._act,
            "POST options": self._options,
            "POST orchestrations": self._orchestrations,
            "GET orchestrations": lambda _: {"orchestrations": self._simulator.library.described()},
            "POST restart": self._restart,
            "POST unlock": self._unlock,
            "GET log": lambda _: self._simulator.requests.shown(),
        }

    def _enterprise(self, options: Json) -> Enterprise:
        name = options.get("environment", PRODUCTION)
        if name not in self._simulator.enterprises:
            raise LookupError(f"No environment {name!r}. There are: {', '.join(self._simulator.enterprises)}.")
        return self._simulator.enterprises[name]

    def _server(self, options: Json) -> AisServer:
        host = options.get("host", DEFAULT)
        if host not in self._simulator.servers:
            raise LookupError(f"No server {host!r}. There are: {', '.join(self._simulator.servers)}.")
        return self._simulator.servers[host]

    def _generate(self, options: Json) -> Json:
        """Make a purchasing history: `{"suppliers": 20, "orders": 40, "invoices": 40, "months": 3, "seed": 1}`."""
        counts = {name: int(options[name]) for name in ("suppliers", "orders", "invoices", "months") if name in options}
        return generate(self._enterprise(options), seed=int(options.get("seed", self._simulator.seed)), **counts)

    def _post(self, options: Json) -> Json:
        """Post what waits (batches in error too), or with `auto` switch the timer; with `approve` approve first."""
        if "auto" in options:
            self._simulator.posts_by_itself = bool(options["auto"])
            return {"auto": self._simulator.posts_by_itself}
        enterprise = self._enterprise(options)
        approved = batches.approve(enterprise) if options.get("approve") else 0
        counts = posting.post(enterprise, retry=True)
        refused = {str(number): text for number, text in enterprise.refused_posts.items()}
        return {**counts, "approved": approved, "refused": refused, "auto": self._simulator.posts_by_itself}

    def _periods(self, options: Json) -> Json:
        if "company" in options or "module" in options:
            where = str(options.get("company", "")), str(options.get("module", ""))
            return self._enterprise(options).close_up_to(str(options["current"]), *where)
        if "current" in options:
            return self._enterprise(options).set_current_period(str(options["current"]))
        return self._enterprise(options).set_period(str(options.get("period", "")), str(options.get("status", "")))

    def _calendar(self, options: Json) -> Json:
        """Give a company a date pattern and set up one fiscal year of it."""
        ends = [date.fromisoformat(day) for day in options["ends"]]
        begins, pattern = date.fromisoformat(options["year_begins"]), str(options["pattern"])
        return self._enterprise(options).set_calendar(str(options["company"]), pattern, begins, ends)

    def _tamper(self, options: Json) -> Json:
        value = options.get("value")
        key, op = str(options.get("id", "")), str(options.get("op", ""))
        return {"touched": plant(self._enterprise(options), key, op, None if value is None else str(value))}

    def _act(self, options: Json) -> Json:
        """Do one thing that the customer's staff would: `{"do": "approve_order", "order": 4701}`."""
        act = ACTS.get(str(options.get("do", "")))
        if act is None:
            raise LookupError(f"Say what to do: {', '.join(ACTS)}.")
        arguments = {key: value for key, value in options.items() if key not in ("do", "environment")}
        return act(self._enterprise(options), **arguments)

    def _options(self, options: Json) -> Json:
        """Turn switches of an AIS server, or of the ERP under `erp`; gives them all."""
        server, enterprise = self._server(options), self._enterprise(options)
        enterprise.options.change(options.get("erp", {}))
        enterprise.clock.set_zone(enterprise.options.timezone)
        server.options.change(
            {key: value for key, value in options.items() if key not in ("erp", "host", "environment")}
        )
        return {"ais": _shown(server.options), "erp": _shown(enterprise.options)}

    def _orchestrations(self, options: Json) -> Json:
        """Misconfigure one orchestration's import, or make its next runs fail."""
        found = self._simulator.library.of(str(options.get("name", "")))
        found.change({key: value for key, value in options.items() if key != "name"})
        return {**found.described(), "imported": found.imported, "failures": list(found.failures)}

    def _restart(self, options: Json) -> Json:
        """Restart an AIS server: all its sessions are gone."""
        return {"dropped": self._server(options).sessions.drop_all()}

    def _unlock(self, options: Json) -> Json:
        """Enable the user profiles that wrong passwords disabled."""
        self._server(options).failed_sign_ins.clear()
        return {"locked": 0}


def _shown(options: Options) -> Json:
    return {one.name: getattr(options, one.name) for one in fields(options)}
