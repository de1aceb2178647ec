"""One opened JD Edwards connection: what it is, its streams, its sinks and its reference data."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.credentials import Credentials
from integrations.connectors.jde.reference import ALL_COMPANIES, reference_values
from integrations.connectors.jde.sinks import sinks
from integrations.connectors.jde.streams import streams
from integrations.connectors.jde.streams.masters import COMPANY, company_of, read_all
from integrations.contracts import Event, Identity, ReferenceEntry, Settings, Sink, Stream, Tools

_OFFSET = re.compile(r"UTC([+-])(\d{2}):00")
PRODUCTION_PREFIX = "JPD"  # Oracle's own names: JPD920 production, JPY prototype, JDV development, PD pristine


class JdeSession:
    """A connection's session; safe to share between threads."""

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.credentials = Credentials.of(settings)
        self.client = Client(self.credentials, tools)
        self._streams = streams(self.client)
        self._sinks = sinks(self.client)

    def identity(self) -> Identity:
        """Ask for environment and companies. The fingerprint is of the server, the environment and its companies."""
        signed_in = self.client.session
        companies = [company_of(row) for row in read_all(self.client, "F0010", COMPANY, "CO")]
        own = [company for company in companies if company.code != ALL_COMPANIES] or companies
        environment = signed_in.environment or self.credentials.environment
        first = own[0] if own else None
        return Identity(
            fingerprint=_fingerprint(self.credentials.origin, environment),
            name=first.name if first else environment,
            base_currency=first.currency if first else "",
            time_zone=zone_of(signed_in.zone),
            is_production=environment.upper().startswith(PRODUCTION_PREFIX),
            details={
                "environment": environment,
                "time_zone": signed_in.zone,
                "user": signed_in.user,
                "role": signed_in.role,
                "release": self.client.locator.configuration().version,
                "companies": ", ".join(f"{company.code} {company.name}" for company in own),
            },
        )

    def stream(self, slug: str) -> Stream:
        """Give a stream. Raises KeyError."""
        return self._streams[slug]

    def sink(self, slug: str) -> Sink:
        """Give a sink. Raises KeyError."""
        return self._sinks[slug]

    def reference_values(self) -> Iterator[ReferenceEntry]:
        """Read accounts, business units, companies, currencies, suppliers and current periods."""
        return reference_values(self.client)

    def confirm(self, event_ids: Sequence[str]) -> tuple[Event, ...]:
        """Give nothing: JD Edwards sends no webhooks here."""
        return ()

    def close(self) -> None:
        """Close the HTTP client. The session on the server is shared by all workers and ends by itself."""
        self.client.close()


def open_session(settings: Settings, tools: Tools) -> JdeSession:
    """Open a connection; the first call is made when something is asked."""
    return JdeSession(settings, tools)


def zone_of(offset: str) -> str:
    """Give the name of a fixed zone for an offset such as UTC-06:00 (whose names count the other way); else none."""
    found = _OFFSET.fullmatch(offset)
    if not found:
        return ""
    hours = int(found[2])
    if not hours:
        return "Etc/GMT"
    return f"Etc/GMT{'+' if found[1] == '-' else '-'}{hours}" if hours <= 12 else ""


def _fingerprint(origin: str, environment: str) -> str:
    return f"jde:{sha256(f'{origin}|{environment.upper()}'.encode()).hexdigest()[:24]}"
