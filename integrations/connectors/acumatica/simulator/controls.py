"""What the sandbox's owner can order of the site: periods, posting, mistakes, switches, sessions, notifications."""

from collections.abc import Callable, Mapping
from datetime import date

from integrations.connectors.acumatica.simulator.calendar import FinPeriod
from integrations.connectors.acumatica.simulator.identities import TENANT
from integrations.connectors.acumatica.simulator.options import Options
from integrations.connectors.acumatica.simulator.push import Push
from integrations.connectors.acumatica.simulator.releasing import Failed, post_batch, reject, release, unhold, void
from integrations.connectors.acumatica.simulator.sessions import Sessions
from integrations.connectors.acumatica.simulator.signin import SignIn
from integrations.connectors.acumatica.simulator.store import Record
from integrations.connectors.acumatica.simulator.tampering import document_id, tamper_with
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.app import ControlCall, Json
from integrations.sandbox.books import BooksRefusal

ACTS: dict[str, Callable[[Tenant, Record], None]] = {
    "release": release,
    "void": void,
    "unhold": unhold,
    "reject": reject,
}


class Controls:
    """The calls; `tenant` in a body names another tenant than the credentials' own."""

    def __init__(
        self, tenants: Mapping[str, Tenant], options: Options, signin: SignIn, sessions: Sessions, push: Push
    ) -> None:
        self._tenants = tenants
        self._options = options
        self._signin = signin
        self._sessions = sessions
        self._push = push

    def calls(self) -> Mapping[str, ControlCall]:
        """Give the calls by method and verb."""
        return {
            "POST periods": self._period,
            "POST calendar": self._calendar,
            "GET periods": self._periods,
            "POST post": self._post,
            "POST tamper": self._tamper,
            "POST act": self._act,
            "GET options": self._show_options,
            "POST options": self._change_options,
            "POST inactivate": self._inactivate,
            "POST branches": self._branch,
            "POST customers": self._customer,
            "POST rights": self._change_rights,
            "POST applications": self._add_redirect,
            "POST sessions": self._end_sessions,
            "GET sessions": self._show_sessions,
            "POST tokens": self._end_tokens,
            "POST push": self._define_push,
            "GET push": self._show_push,
            "POST resend": self._resend,
            "GET lint": self._lint,
            "GET balances": self._balances,
        }

    def _tenant(self, options: Json) -> Tenant:
        name = str(options.get("tenant", TENANT))
        if name not in self._tenants:
            raise LookupError(f"No tenant {name!r}. There are: {', '.join(self._tenants)}.")
        return self._tenants[name]

    def _period(self, options: Json) -> Json:
        """Open, close, lock or inactivate a period: `{"period": "2026-03", "status": "closed", "module": "AR"}`."""
        tenant = self._tenant(options)
        module = str(options.get("module") or "").upper()
        period = tenant.calendar.set_status(
            str(options.get("period", "")), str(options.get("status", "")), "" if module == "GL" else module
        )
        _show(tenant, period, {"Status": period.status, "ARClosed": "AR" in period.closed_in})
        return {"period": period.id, "status": period.status.lower(), "closed_in": sorted(period.closed_in)}

    def _calendar(self, options: Json) -> Json:
        """Give a period other days: `{"period": "2026-07", "start": "2026-07-01", "end": "2026-07-24"}`."""
        tenant = self._tenant(options)
        start, end = (date.fromisoformat(str(options.get(name, ""))) for name in ("start", "end"))
        period = tenant.calendar.set_days(str(options.get("period", "")), start, end)
        _show(tenant, period, {"StartDate": start, "EndDateUI": end})
        return {"period": period.id, "start": start.isoformat(), "end": end.isoformat()}

    def _periods(self, options: Json) -> Json:
        shown = [{"period": one.id, "status": one.status.lower()} for one in self._tenant(options).calendar.all()]
        return {"periods": shown}

    def _post(self, options: Json) -> Json:
        """Release what waits as Balanced and post what is Unposted; `{"auto": false}` stops posting on release."""
        if "auto" in options:
            self._options.auto_post = bool(options["auto"])
            if not self._options.auto_post:
                return {"auto": False}
        tenant, done, failed = self._tenant(options), 0, []
        for record in [*tenant.store.of("ar"), *tenant.store.of("gl")]:
            try:
                if record.fields["Status"] == "Balanced":
                    release(tenant, record)
                    done += 1
                if record.fields["Status"] == "Unposted":
                    post_batch(tenant, record)
                    done += 1
            except (Failed, BooksRefusal) as failure:
                failed.append({"id": record.id, "why": str(failure)})
        return {"posted": done, "failed": failed}

    def _tamper(self, options: Json) -> Json:
        return {"touched": tamper_with(self._tenant(options), options)}

    def _act(self, options: Json) -> Json:
        """Do what staff would with a document: `{"id": ..., "do": "release|void|unhold|reject"}`."""
        tenant = self._tenant(options)
        record = tenant.store.by_id(document_id(tenant, str(options.get("id", ""))))
        act = ACTS.get(str(options.get("do", "")))
        if record is None or act is None:
            raise LookupError(f"No document {options.get('id')!r}, or nothing known to do: {', '.join(ACTS)}.")
        try:
            act(tenant, record)
        except (Failed, BooksRefusal) as failure:
            raise ValueError(f"Acumatica refuses: {failure}") from failure
        return {"id": record.id, "status": record.fields["Status"]}

    def _show_options(self, _: Json) -> Json:
        return self._options.shown()

    def _show_sessions(self, _: Json) -> Json:
        return {"open": self._sessions.count(), "allowed": self._options.api_users}

    def _show_push(self, _: Json) -> Json:
        return {**self._push.figures(), "bodies": self._push.waiting()}

    def _resend(self, _: Json) -> Json:
        return {"resent": self._push.resend()}

    def _change_options(self, options: Json) -> Json:
        self._options.change(options)
        return {"ok": True}

    def _inactivate(self, options: Json) -> Json:
        """Make a record inactive, or active again: `{"table": "Account", "key": "40000", "field": "Active"}`."""
        tenant = self._tenant(options)
        record = tenant.find(str(options.get("table", "")), str(options.get("key", "")))
        if record is None:
            raise LookupError(f"No {options.get('table')} {options.get('key')!r}.")
        is_active = bool(options.get("active", False))
        name = {"Customer": "Status", "item": "ItemStatus"}.get(record.table, str(options.get("field", "Active")))
        before = dict(record.fields)
        named = name in ("Status", "ItemStatus")
        record.fields[name] = ("Active" if is_active else "Inactive") if named else is_active
        tenant.keep(record, before)
        return {"ok": True}

    def _branch(self, options: Json) -> Json:
        """Let a branch keep its books in a currency of its own, with a ledger: `{"branch", "currency"}`."""
        tenant = self._tenant(options)
        branch, currency = tenant.find("Branch", str(options.get("branch", ""))), str(options.get("currency", ""))
        if branch is None or tenant.find("Currency", currency) is None:
            raise LookupError(f"No branch {options.get('branch')!r}, or no currency {currency!r}.")
        branch.fields["BaseCuryID"] = currency
        of_branch = []
        for ledger in tenant.store.of("Ledger"):
            rows = ledger.rows["BranchesView"]
            of_branch += [row for row in rows if row.fields["BranchCD"] == branch.key[0]]
            ledger.rows["BranchesView"] = [row for row in rows if row not in of_branch]
        own = f"ACTUAL{currency}"
        fields = {"LedgerCD": own, "Descr": f"Actual in {currency}", "BalanceType": "Actual", "BaseCuryID": currency}
        tenant.add("Ledger", (own,), fields, {"BranchesView": of_branch})
        return {"branch": branch.key[0], "ledger": own}

    def _customer(self, options: Json) -> Json:
        """Let customers have exchange rates of their own, or not: `{"rates": false}`."""
        tenant, may = self._tenant(options), bool(options.get("rates", True))
        for record in (*tenant.store.of("Customer"), *tenant.store.of("CustomerClass")):
            record.fields["AllowOverrideRate"] = may
        return {"rates": may}

    def _change_rights(self, options: Json) -> Json:
        """Take the rights to screens from a user: `{"user": "connector", "forbidden": ["GL301000"]}`."""
        user = self._signin.users.get(str(options.get("user", "connector")))
        if user is None:
            raise LookupError(f"No user. There are: {', '.join(self._signin.users)}.")
        user.forbidden = set(options.get("forbidden", []))
        user.failures = int(options.get("failures", user.failures))
        return {"user": user.name, "forbidden": sorted(user.forbidden)}

    def _add_redirect(self, options: Json) -> Json:
        """Register a redirect address with the connected applications: `{"redirect_uri": ...}`."""
        for one in self._signin.applications.values():
            one.redirects = tuple(dict.fromkeys((*one.redirects, str(options["redirect_uri"]))))
        return {"redirects": [one.redirects for one in self._signin.applications.values()]}

    def _end_sessions(self, _: Json) -> Json:
        self._sessions.close_all()
        return {"ok": True}

    def _end_tokens(self, options: Json) -> Json:
        self._signin.forget(refresh=bool(options.get("refresh")))
        return {"ok": True}

    def _define_push(self, options: Json) -> Json:
        """Define a notification: `{"url", "query", "table": "ar|gl|Customer|item", "header", "secret"}`."""
        known = {"query": "Connector", "table": "ar", "tenant": TENANT, **options}
        try:
            made = self._push.define(known)
        except TypeError as error:
            raise ValueError("A definition has url, query, table, tenant, header, secret.") from error
        return {"url": made.url, "query": made.query, "table": made.table}

    def _lint(self, options: Json) -> Json:
        """Give the fields that were sent and dropped without a word, with how often."""
        return {"ignored": dict(self._tenant(options).lint)}

    def _balances(self, options: Json) -> Json:
        books = self._tenant(options).books
        totals = {account: str(amount) for account, amount in sorted(books.trial_balance().items())}
        return {"balances": totals, "faults": books.faults()}


def _show(tenant: Tenant, period: FinPeriod, changes: Json) -> None:
    """Show a period's change where the API tells of periods."""
    year = tenant.find("FinancialPeriod", period.id[2:])
    for row in year.rows["Periods"] if year else []:
        if row.fields["FinPeriodID"] == period.id:
            row.fields |= changes
