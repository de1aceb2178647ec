"""What the sandbox's owner can order of the account: certificates, permissions, switches, periods, mistakes."""

from collections.abc import Mapping
from decimal import Decimal

from integrations.connectors.netsuite.simulator.records.sales import REJECTED
from integrations.connectors.netsuite.simulator.records.types import ITEMS
from integrations.connectors.netsuite.simulator.roles import Role, integration_role
from integrations.connectors.netsuite.simulator.seed import set_period
from integrations.connectors.netsuite.simulator.signin import SignIn
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored
from integrations.connectors.netsuite.simulator.views import status_of
from integrations.sandbox.app import ControlCall, Json
from integrations.sandbox.books import Document, tamper

QUIRKS = ("record_changed", "error_after_commit")
FIRST_MADE_ITEM = 330


class Controls:
    """The control calls of one account; `ValueError` and `LookupError` become 400 and 404."""

    def __init__(self, site: Site, signin: SignIn) -> None:
        self._site = site
        self._signin = signin

    def calls(self) -> Mapping[str, ControlCall]:
        """Give the calls by method and verb."""
        return {
            "POST certificates": self._add_certificate,
            "POST certificate": self._change_certificate,
            "POST role": self._change_role,
            "GET roles": self._roles,
            "POST integrations": self._change_integration,
            "POST options": self._options,
            "POST periods": self._period,
            "POST quirks": self._quirks,
            "POST inactivate": self._inactivate,
            "POST post": self._post,
            "POST tamper": self._tamper,
            "POST tokens": self._end_tokens,
        }

    def _add_certificate(self, options: Json) -> Json:
        found = self._signin.register(options)
        return {"certificate_id": found.id, "client_id": found.client_id, "role": found.role, "entity": found.entity}

    def _change_certificate(self, options: Json) -> Json:
        """Revoke a certificate or restore it: `{"certificate_id": ..., "status": "revoked|active"}`, else our own."""
        id = str(options.get("certificate_id") or self._signin.default.id)
        status = options.get("status")
        if status not in ("revoked", "active"):
            raise ValueError(f"Unknown status {status!r}. Known: active, revoked.")
        self._signin.set_revoked(id, is_revoked=status == "revoked")
        return {"certificate_id": id, "status": status}

    def _change_role(self, options: Json) -> Json:
        """Change or make a role: `{"role": "1001", "permissions": {"Invoice": "view"}, "lacks": ["Items"]}`."""
        id = str(options.get("role", "1001"))
        role = self._signin.roles.get(id) or integration_role(id, str(options.get("name", f"Role {id}")))
        role.grant({**options.get("permissions", {}), **dict.fromkeys(options.get("lacks", []), "none")})
        self._signin.roles[id] = role
        return _shown(role)

    def _roles(self, _: Json) -> Json:
        return {"roles": [_shown(role) for role in self._signin.roles.values()]}

    def _change_integration(self, options: Json) -> Json:
        found = self._signin.integration(options.get("client_id"))
        found.has_client_credentials = bool(options.get("client_credentials", found.has_client_credentials))
        found.scopes = tuple(options.get("scopes", found.scopes))
        return {"client_id": found.client_id, "scopes": list(found.scopes)}

    def _options(self, options: Json) -> Json:
        self._site.options.change(options)
        return {"ok": True}

    def _period(self, options: Json) -> Json:
        period = set_period(self._site, str(options.get("period", "")), str(options.get("status", "")))
        for stored in self._site.store.of("accountingPeriod"):
            if stored.id == period.id:
                self._site.store.touch(stored, self._site.clock.now().timestamp())
        return {"period": period.name, "id": period.id, "status": period.status}

    def _quirks(self, options: Json) -> Json:
        kind = options.get("kind")
        if kind not in QUIRKS:
            raise ValueError(f"Unknown quirk {kind!r}. Known: {', '.join(QUIRKS)}.")
        self._site.quirks[str(kind)] = int(options.get("times", 1))
        return {"kind": kind, "times": self._site.quirks[str(kind)]}

    def _inactivate(self, options: Json) -> Json:
        stored = self._site.find(str(options.get("type", "")), str(options.get("id", "")))
        if stored is None:
            raise LookupError(f"No {options.get('type')} {options.get('id')!r}.")
        stored.fields["isInactive"] = bool(options.get("inactive", True))
        self._site.store.touch(stored, self._site.clock.now().timestamp())
        return {"ok": True}

    def _post(self, options: Json) -> Json:
        """Approve what waits for approval; `{"reject": [id, ...]}` rejects these instead, and approves nothing."""
        if "reject" in options:
            return self._reject([self._internal_id(str(id)) for id in options["reject"]])
        waiting = [one for one in self._site.store.groups["transaction"].values() if not _is_posted(one)]
        for stored in waiting:
            if "approvalStatus" in stored.fields:
                stored.fields["approvalStatus"] = "2"
            self._site.books.release(stored.id)
            self._site.touch(stored.id)
        return {"posted": len(waiting)}

    def _reject(self, ids: list[str]) -> Json:
        """Let an approver reject transactions that wait for approval: they stand there, and are not posted."""
        found = [self._site.store.get("transaction", id) for id in ids]
        waiting = [one for one in found if one is not None and not _is_posted(one) and "approvalStatus" in one.fields]
        if len(waiting) < len(ids):
            raise LookupError(f"Not all of {', '.join(ids)} wait for approval.")
        for stored in waiting:
            stored.fields["approvalStatus"] = REJECTED
            self._site.touch(stored.id)
        return {"rejected": len(waiting)}

    def _end_tokens(self, _: Json) -> Json:
        self._signin.forget()
        return {"ok": True}

    def _tamper(self, options: Json) -> Json:
        id = self._internal_id(str(options.get("id", "")))
        value = options.get("value")
        before = self._site.store.get("transaction", id)
        new_id = self._site.store.new_id("transaction") if options.get("op") == "duplicate" else ""
        text = None if value is None else str(value)
        touched = tamper(self._site.books, id, str(options.get("op", "")), text, lambda: new_id)
        if before is not None:
            self._follow(before, str(options.get("op")), touched)
        return {"touched": [document.id for document in touched]}

    def _internal_id(self, id: str) -> str:
        named = self._site.store.named("transaction", id)
        return named.id if named else id

    def _follow(self, stored: Stored, op: str, touched: list[Document]) -> None:
        """Let the records show what was done to the books."""
        at = self._site.clock.now().timestamp()
        if op == "delete":
            self._site.store.drop(stored, at)
            self._forget(stored.id)
        elif op == "duplicate":
            double = touched[0]
            copy = Stored(
                kind=stored.kind,
                id=double.id,
                fields=dict(stored.fields),
                created=stored.created,
                modified=stored.modified,
                document=double,
            )
            self._site.store.groups["transaction"][double.id] = copy
        elif op == "date":
            stored.fields["tranDate"] = touched[0].date
        elif op == "amount":
            _stretch(stored, touched[0])
        for document in touched:
            self._site.touch(document.id)

    def _forget(self, id: str) -> None:
        """Leave no application to a document that is gone: NetSuite keeps none."""
        for other in self._site.store.groups["transaction"].values():
            if rows := other.fields.get("apply"):
                other.fields["apply"] = [row for row in rows if str(row.get("doc", "")) != id]


def describe(site: Site) -> Json:
    """Give `GET /state/netsuite`: transactions, then customers and the items made through the API."""
    for stored in site.store.groups["transaction"].values():
        if stored.document is not None:
            stored.document.status = status_of(stored) or ("posted" if stored.document.is_posted else "pending")
    documents = site.books.state(lambda id: _customer_name(site, id))
    documents += [_listed("customer", one, site) for one in site.store.groups["entity"].values()]
    made = [one for one in site.store.of(*ITEMS) if int(one.id) >= FIRST_MADE_ITEM]
    return {"documents": documents + [_listed("item", one, site) for one in made]}


def _customer_name(site: Site, id: str) -> str:
    stored = site.store.get("entity", id)
    return (stored.external_id or id) if stored else id


def _listed(kind: str, stored: Stored, site: Site) -> Json:
    fields = stored.fields
    currency = site.currency(fields["currency"]).code if "currency" in fields else ""
    return {
        "kind": kind,
        "record": stored.kind,
        "id": stored.id,
        "reference": stored.external_id or "",
        "number": fields.get("entityId", fields.get("itemId", "")),
        "name": fields.get("companyName") or fields.get("itemId") or fields.get("entityId", ""),
        "customer": "",
        "currency": currency,
        "total": "0",
        "open": "0",
        "date": stored.created.date().isoformat(),
        "posting_date": "",
        "status": "inactive" if stored.is_inactive else "active",
        "lines": [],
        "applied": [],
    }


def _stretch(stored: Stored, document: Document) -> None:
    fields = stored.fields
    change = document.total - fields.get("total", Decimal(0))
    fields["total"] = document.total
    lines = fields.get("item") or []
    if lines:
        fields["item"] = [{**lines[0], "amount": lines[0]["amount"] + change}, *lines[1:]]
    if "payment" in fields:
        fields["payment"] = document.total


def _is_posted(stored: Stored) -> bool:
    return stored.document is None or stored.document.is_posted


def _shown(role: Role) -> Json:
    return {"role": role.id, "name": role.name, "permissions": dict(role.levels)}
