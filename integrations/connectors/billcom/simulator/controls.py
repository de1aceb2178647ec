"""The control calls of this system: advance bills, act as staff would, turn switches, plant mistakes."""

from collections.abc import Mapping

from integrations.connectors.billcom.simulator import policies
from integrations.connectors.billcom.simulator.acts import ACTS, advance, find_bill
from integrations.connectors.billcom.simulator.answers import Refused
from integrations.connectors.billcom.simulator.identities import DEFAULT_ORG
from integrations.connectors.billcom.simulator.limits import Limits
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.schema import read
from integrations.connectors.billcom.simulator.sessions import Sessions
from integrations.connectors.billcom.simulator.switches import Switches
from integrations.connectors.billcom.simulator.tampering import tamper_with
from integrations.connectors.billcom.simulator.webhooks import Webhooks
from integrations.sandbox.app import ControlCall, Json
from integrations.sandbox.books import BooksRefusal


class Controls:
    """The calls, each taking the JSON body; `org` in it names another organization than the default one."""

    def __init__(
        self, orgs: Mapping[str, Org], switches: Switches, sessions: Sessions, limits: Limits, webhooks: Webhooks
    ) -> None:
        self._orgs = orgs
        self._switches = switches
        self._sessions = sessions
        self._limits = limits
        self._webhooks = webhooks

    def calls(self) -> Mapping[str, ControlCall]:
        """Give the calls by method and verb."""
        return {
            "POST advance": self._advance,
            "POST act": self._act,
            "POST tamper": self._tamper,
            "GET switches": self._show_switches,
            "POST switches": self._turn_switches,
            "POST policies": self._set_policies,
            "POST lock": self._lock,
            "POST sessions": self._end_sessions,
            "GET limits": self._used_limits,
            "GET webhooks": self._show_webhooks,
        }

    def _org(self, options: Json) -> Org:
        org = self._orgs.get(str(options.get("org", DEFAULT_ORG)))
        if org is None:
            raise LookupError(f"No organization {options['org']!r}. There are: {', '.join(self._orgs)}.")
        return org

    def _owner(self, options: Json, kind: str, id: object) -> Org:
        """Find the organization that has a record, unless one is named."""
        if "org" in options:
            return self._org(options)
        return next((org for org in self._orgs.values() if org.store.get(kind, id)), self._org(options))

    def _advance(self, options: Json) -> Json:
        """Bring a bill on: `{"bill": id or invoice number, "to": "approved|paid|voided|bounced"}`."""
        name = str(options.get("bill", ""))
        org = self._owner(options, "bill", name)
        bill = find_bill(org, name)
        try:
            payment = advance(org, bill, options)
        except (Refused, BooksRefusal) as refused:
            raise ValueError(f"BILL refuses: {refused}") from refused
        return {"bill": bill.view(), "payment": payment.view() if payment else None}

    def _act(self, options: Json) -> Json:
        """Do one thing that staff would: `{"do": "pay", ...}`; an unknown `do` lists them."""
        act = ACTS.get(str(options.get("do", "")))
        if act is None:
            raise LookupError(f"Say what to do: {', '.join(ACTS)}.")
        org = self._org(options)
        for kind in ("payment", "bill", "vendor"):
            if kind in options:
                org = self._owner(options, kind, options[kind])
        try:
            return {"object": act(org, options).view()}
        except (Refused, BooksRefusal) as refused:
            raise ValueError(f"BILL refuses: {refused}") from refused

    def _tamper(self, options: Json) -> Json:
        id = str(options.get("id", ""))
        for kind in ("bill", "payment", "vendorCredit", "vendor"):
            for org in self._orgs.values():
                if org.store.get(kind, id):
                    return {"touched": tamper_with(org, org.record(kind, id), options)}
        bill = find_bill(self._org(options), id)
        return {"touched": tamper_with(self._org(options), bill, options)}

    def _show_switches(self, _: Json) -> Json:
        return self._switches.shown()

    def _turn_switches(self, options: Json) -> Json:
        """Turn what is not established or differs between customers; `GET switches` shows all."""
        self._switches.change(options)
        return self._switches.shown()

    def _set_policies(self, options: Json) -> Json:
        """Replace an organization's approval policies by bodies of `POST /v3/bill-approvals/policies`."""
        org = self._org(options)
        try:
            rows = [read(row, policies.POLICY, self._switches) for row in options.get("policies", [])]
            org.policies = [policies.make(org, row) for row in rows]
        except Refused as refused:
            raise ValueError(f"BILL refuses: {refused}") from refused
        return {"policies": [policies.view(org, one) for one in org.policies]}

    def _lock(self, options: Json) -> Json:
        """Lock an organization out, or let it in again: `{"locked": true}`."""
        org, is_locked = self._org(options), bool(options.get("locked", True))
        (self._sessions.locked.add if is_locked else self._sessions.locked.discard)(org.id)
        return {"organization": org.id, "locked": is_locked}

    def _end_sessions(self, options: Json) -> Json:
        """End the sessions of an organization silently."""
        return {"ended": self._sessions.end_all(self._org(options).id, str(options.get("user", "")))}

    def _used_limits(self, _: Json) -> Json:
        return {"hour": self._limits.used()}

    def _show_webhooks(self, _: Json) -> Json:
        return self._webhooks.figures()
