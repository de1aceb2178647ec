"""What the sandbox's owner can order of the environment: posting, periods, switches, holds, endpoints, mistakes."""

from collections.abc import Mapping

from integrations.connectors.dynamics365.simulator import posting, wire
from integrations.connectors.dynamics365.simulator.answers import Refused
from integrations.connectors.dynamics365.simulator.events import FREE_TEXT_POSTED, PAYMENT_POSTED, Endpoint
from integrations.connectors.dynamics365.simulator.schema import fold
from integrations.connectors.dynamics365.simulator.seed import set_period
from integrations.connectors.dynamics365.simulator.settling import settle_all
from integrations.connectors.dynamics365.simulator.site import SETS, ServiceUser, Site
from integrations.connectors.dynamics365.simulator.tampering import plant
from integrations.sandbox.app import ControlCall, Json


class Controls:
    """The control calls of one environment; `ValueError` and `LookupError` become 400 and 404."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def calls(self) -> Mapping[str, ControlCall]:
        """Map each call to what does it."""
        return {
            "POST post": self._post,
            "POST settle": self._settle,
            "POST periods": self._period,
            "POST tamper": lambda options: plant(self._site, options),
            "GET options": self._options,
            "POST options": self._options,
            "POST rows": self._change_rows,
            "POST users": self._users,
            "POST endpoints": self._endpoint,
            "GET events": lambda _: self._site.events.figures(),
            "POST resend": lambda _: {"resent": self._site.events.resend()},
        }

    def _post(self, options: Json) -> Json:
        """Post what waits, or one journal (`{"journal", "company"}`); `{"auto": false}` stops the timer."""
        site = self._site
        if "auto" in options:
            site.options.autopost = bool(options["auto"])
            return {"auto": site.options.autopost}
        if "journal" in options:
            company = site.companies[str(options.get("company", "usmf")).lower()]
            reasons = posting.post_by_number(site, company, str(options["journal"]))
            return {"posted": int(not reasons), "errors": {options["journal"]: reasons} if reasons else {}}
        return {"posted": posting.post_all(site), "errors": site.errors}

    def _settle(self, _: Json) -> Json:
        """Settle each customer's open transactions with one another, as its staff does by hand."""
        return {"settled": sum(settle_all(self._site, one) for one in self._site.companies.values())}

    def _period(self, options: Json) -> Json:
        status, area = str(options.get("status", "")), str(options.get("company", ""))
        return {"periods": set_period(self._site, str(options.get("period", "")), status, area), "status": status}

    def _options(self, options: Json) -> Json:
        self._site.options.change(options)
        self._site.events.wraps_for_dataverse = self._site.options.dataverse_events
        return {name: getattr(self._site.options, name) for name in self._site.options.__dataclass_fields__}

    def _change_rows(self, options: Json) -> Json:
        """Change rows of the set-up past the rules: `{"set", "where": {...}, "set_values": {...}}`."""
        name = str(options.get("set", ""))
        if name not in SETS:
            raise LookupError(f"No entity set {name!r}.")
        table = self._site.store.table(name)
        try:
            wanted = wire.parsed(table.set, options.get("where", {}))
            changes = wire.parsed(table.set, options.get("set_values", {}))
        except Refused as refused:
            raise ValueError(refused.response.body.decode()) from None
        found = [row for row in table if all(fold(row.values[key]) == fold(one) for key, one in wanted.items())]
        for row in found:
            table.change(row, changes)
        return {"changed": len(found)}

    def _users(self, options: Json) -> Json:
        """List an app under Microsoft Entra ID applications, or unlist it: `{"client_id", "company", "listed"}`."""
        client_id = str(options["client_id"]) if "client_id" in options else next(iter(self._site.users), "")
        if options.get("listed", True):
            area = str(options.get("company", "dat")).lower()
            self._site.users[client_id] = ServiceUser(name="mlconnector", company=self._site.companies[area].area)
        else:
            self._site.users.pop(client_id, None)
        return {"users": {id: user.company for id, user in self._site.users.items()}}

    def _endpoint(self, options: Json) -> Json:
        """Activate business events: `{"name", "url", "events": [...], "company"}`; no URL takes the endpoint away."""
        name, url = str(options.get("name", "sandbox")), str(options.get("url", ""))
        endpoints = self._site.events.endpoints
        if url:
            events = tuple(options.get("events", (FREE_TEXT_POSTED, PAYMENT_POSTED)))
            endpoints[name] = Endpoint(
                name=name, url=url, events=events, company=str(options.get("company", "")).lower()
            )
        else:
            endpoints.pop(name, None)
        return {"endpoints": list(endpoints)}
