"""The control calls of this system: fill it, act on it as its users would, turn its limits, register webhooks."""

from collections.abc import Mapping

from integrations.connectors.chargebee.simulator.activity import make_activity, touch_objects
from integrations.connectors.chargebee.simulator.acts import ACTS, moment_s
from integrations.connectors.chargebee.simulator.generator import generate
from integrations.connectors.chargebee.simulator.site import Site
from integrations.connectors.chargebee.simulator.sites import DEFAULT
from integrations.connectors.chargebee.simulator.webhooks import WebhookSender
from integrations.sandbox.app import ControlCall, Json

STATUSES = ("active", "blocked", "maintenance")


class Controls:
    """The calls, each taking the JSON body; `site` in it names another site than the default one."""

    def __init__(self, sites: Mapping[str, Site], webhooks: WebhookSender, seed: int) -> None:
        self._sites = sites
        self._webhooks = webhooks
        self._seed = seed

    def calls(self) -> dict[str, ControlCall]:
        """Give the calls by method and verb."""
        return {
            "POST generate": self._generate,
            "POST act": self._act,
            "POST limits": self._limits,
            "POST webhooks": self._register,
            "GET webhooks": lambda _: self._webhooks.figures(),
            "DELETE webhooks": self._unregister,
            "POST webhook_test": lambda options: {"sent": self._webhooks.test(self._site(options))},
        }

    def _site(self, options: Json) -> Site:
        name = options.get("site", DEFAULT)
        if name not in self._sites:
            raise LookupError(f"No site '{name}'. There are: {', '.join(self._sites)}.")
        return self._sites[name]

    def _generate(self, options: Json) -> Json:
        """Make a history, or with `activity` that many new events now (on `objects` invoices if given)."""
        site = self._site(options)
        seed = int(options.get("seed", self._seed))
        if "activity" in options:
            wanted = int(options["activity"])
            if "objects" in options:
                return touch_objects(site, events=wanted, objects=int(options["objects"]))
            return make_activity(site, events=wanted, seed=seed)
        exact = options.get("invoices")
        return generate(
            site,
            customers=int(options.get("customers", 50)),
            seed=seed,
            months=int(options.get("months", 6)),
            invoices=None if exact is None else int(exact),
        )

    def _act(self, options: Json) -> Json:
        """Do one thing that the site's staff or customers would: `{"do": "late_fail", "payment_id": "txn_..."}`.

        With `at` (an ISO time) it is done at that moment, as history is written.
        """
        act = ACTS.get(options.get("do", ""))
        if act is None:
            raise LookupError(f"Say what to do: {', '.join(ACTS)}.")
        site = self._site(options)
        arguments = {key: value for key, value in options.items() if key not in ("do", "site", "at")}
        site.moment_s = moment_s(options["at"]) if "at" in options else None
        try:
            return {"object": act(site, **arguments)}
        finally:
            site.moment_s = None

    def _limits(self, options: Json) -> Json:
        """Turn requests per minute, concurrency, index lag, status, or whether customers can be sorted."""
        knobs = self._site(options).knobs
        if options.get("status", "active") not in STATUSES:
            raise ValueError(f"A site's status is one of {', '.join(STATUSES)}.")
        for name in ("per_minute", "concurrent", "index_lag_s", "status", "honours_customer_sort"):
            setattr(knobs, name, options.get(name, getattr(knobs, name)))
        knobs.index_lag_s = float(knobs.index_lag_s)
        return {
            "per_minute": knobs.per_minute,
            "concurrent": knobs.concurrent,
            "index_lag_s": knobs.index_lag_s,
            "status": knobs.status,
            "honours_customer_sort": knobs.honours_customer_sort,
        }

    def _register(self, options: Json) -> Json:
        url = str(options.get("url", ""))
        if not url.startswith(("http://", "https://")):
            raise ValueError("Give the endpoint's full 'url'.")
        made = self._webhooks.register(
            self._site(options), url, str(options.get("username", "")), str(options.get("password", ""))
        )
        return {"id": made.id, "url": made.url}

    def _unregister(self, _: Json) -> Json:
        self._webhooks.unregister()
        return {"endpoints": 0}
