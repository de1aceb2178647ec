"""One opened Acumatica connection: what it is, its streams, its sinks, its reference data, its push notifications."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from integrations.connectors.acumatica.auth import GrantAuth, authorize_url
from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.credentials import CODE, Credentials
from integrations.connectors.acumatica.inbound import parts_of
from integrations.connectors.acumatica.periods import Calendar
from integrations.connectors.acumatica.reference import branches_of, currencies_of, ledgers, reference_values
from integrations.connectors.acumatica.schema import Schema
from integrations.connectors.acumatica.sinks import sinks
from integrations.connectors.acumatica.sinks.base import Desk
from integrations.connectors.acumatica.streams import STREAMS, streams
from integrations.connectors.acumatica.values import Row
from integrations.contracts import Changed, Event, Identity, ReferenceEntry, Settings, Sink, Stream, Tools, Window
from integrations.errors import ConfigurationError

_TEST = re.compile(r"(?<![a-z])(?:test|sandbox|demo|uat|dev|staging|training)(?![a-z])")


class AcumaticaSession:
    """A connection's session; safe to share between threads."""

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.credentials = Credentials.of(settings)
        self.client = Client(self.credentials, tools)
        self.calendar = Calendar(self.client)
        desk = Desk(client=self.client, schema=Schema(self.client), calendar=self.calendar)
        self._streams = streams(self.client)
        self._sinks = sinks(desk)
        self._clock = tools.clock

    def identity(self) -> Identity:
        """Ask for ledgers and branches. The fingerprint is of the site, the tenant and its actual ledger."""
        rows = ledgers(self.client)
        actual = _actual(rows)
        tenant = self.credentials.tenant_name
        branches = branches_of(rows)
        companies = dict.fromkeys(branch.text("CompanyName") for branch in branches.values())
        site = self.client.site(signed_in=True)
        where = f"{self.credentials.base} {tenant}".lower()
        return Identity(
            fingerprint=_fingerprint(self.credentials.base, tenant, actual.text("LedgerID")),
            name=", ".join(name for name in companies if name) or tenant or self.credentials.base,
            base_currency=currencies_of(rows).get(self.credentials.branch) or actual.text("Currency"),
            is_production=not _TEST.search(where),
            details={
                "tenant": tenant,
                "ledger": actual.text("LedgerID"),
                "branches": ", ".join(branches),
                "build": site.build,
                "endpoint": f"{self.credentials.endpoint_name}/{self.credentials.endpoint_version}",
            },
        )

    def stream(self, slug: str) -> Stream:
        """Give a stream. Raises KeyError."""
        return self._streams[slug]

    def sink(self, slug: str) -> Sink:
        """Give a sink. Raises KeyError."""
        return self._sinks[slug]

    def reference_values(self) -> Iterator[ReferenceEntry]:
        """Read accounts, items, classes, currencies, taxes, ledgers, branches, methods, cash accounts, periods."""
        return reference_values(self.client, self.calendar)

    def confirm(self, event_ids: Sequence[str]) -> tuple[Event, ...]:
        """Confirm push notifications: whatever changed in their streams since the oldest of them is read anew."""
        now = self._clock.now()
        parts = {event_id: parts_of(event_id, now) for event_id in event_ids}
        wanted = {stream for stream, _ in parts.values() if stream in STREAMS}
        changed: dict[str, tuple[Changed, ...]] = {}
        for slug in wanted:
            oldest = min(moment for stream, moment in parts.values() if stream == slug)
            window = Window(start=oldest, end=now)
            records = (record for page in self._streams[slug].pages(window) for record in page.records)
            changed[slug] = tuple(Changed(stream=slug, key=one.key, order=one.order) for one in records)
        return tuple(
            Event(id=event_id, type=stream or "other", occurred_at=moment, changed=changed.get(stream, ()))
            for event_id, (stream, moment) in parts.items()
        )

    def consent_url(self, state: str) -> str:
        """Give the page on which a person consents; empty where the connection signs in otherwise."""
        return authorize_url(self.credentials, state) if self.credentials.sign_in == CODE else ""

    def consent(self, code: str) -> None:
        """Take the code with which a person's consent came back. Raises AuthenticationError."""
        if not isinstance(self.client.auth, GrantAuth):
            raise ConfigurationError("This connection signs in without consent.", code="acumatica_credentials")
        self.client.auth.redeem(code)

    def close(self) -> None:
        """Sign out of what this session opened, and close the HTTP client."""
        self.client.close()


def open_session(settings: Settings, tools: Tools) -> AcumaticaSession:
    """Open a connection; the first call is made when something is asked."""
    return AcumaticaSession(settings, tools)


def _actual(rows: tuple[Row, ...]) -> Row:
    """Give the ledger of actual amounts, the first by name where there are several."""
    ordered = sorted(rows, key=lambda row: (row.text("Type").lower() != "actual", row.text("LedgerID")))
    return ordered[0] if ordered else Row()


def _fingerprint(base: str, tenant: str, ledger: str) -> str:
    return f"acumatica:{sha256(f'{base}|{tenant}|{ledger}'.lower().encode()).hexdigest()[:24]}"
