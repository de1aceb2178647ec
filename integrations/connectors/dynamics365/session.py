"""One opened F&O connection: what it is, its streams, its sinks and its reference data."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from integrations.connectors.dynamics365.client import Client
from integrations.connectors.dynamics365.credentials import Credentials
from integrations.connectors.dynamics365.inbound import events_of
from integrations.connectors.dynamics365.odata import Query, Row, text
from integrations.connectors.dynamics365.reference import reference_values
from integrations.connectors.dynamics365.sinks import sinks
from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.connectors.dynamics365.streams import streams
from integrations.contracts import Event, Identity, ReferenceEntry, Settings, Sink, Stream, Tools
from integrations.errors import ConfigurationError


class DynamicsSession:
    """A connection's session; safe to share between threads."""

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.environment = settings.environment
        self.credentials = Credentials.of(settings)
        self.client = Client(self.credentials, tools)
        self.ground = Ground(self.client)
        self._streams = streams(self.ground)
        self._sinks = sinks(self.ground)

    def identity(self) -> Identity:
        """Ask what the legal entity is. The fingerprint is of environment and company: a company is its own books."""
        company = self.legal_entity()
        ledger = self.ground.setup.ledger
        code = self.credentials.company
        return Identity(
            fingerprint=f"d365:{sha256(f'{self.credentials.host}|{code}'.encode()).hexdigest()[:24]}",
            name=text(company, "Name") or code.upper(),
            base_currency=text(ledger, "AccountingCurrency"),
            is_production=self.credentials.is_production,
            details={
                "environment": self.credentials.host,
                "company": code,
                "chart_of_accounts": text(ledger, "ChartOfAccounts"),
                "reporting_currency": text(ledger, "ReportingCurrency"),
                "time_zone": text(company, "TimeZone"),
            },
        )

    def legal_entity(self) -> Row:
        """Read the company's own row. Raises ConfigurationError naming the companies there are."""
        rows = list(self.client.rows(Query(entity_set="LegalEntities", order="LegalEntityId")))
        for row in rows:
            if text(row, "LegalEntityId").lower() == self.credentials.company:
                return row
        there = ", ".join(text(row, "LegalEntityId") for row in rows[:20])
        raise ConfigurationError(
            f"F&O has no legal entity {self.credentials.company}. There are: {there or 'none that the user may see'}.",
            code="d365_company_unknown",
            field="legal_entity",
            value=self.credentials.company,
        )

    def stream(self, slug: str) -> Stream:
        """Give a stream. Raises KeyError."""
        return self._streams[slug]

    def sink(self, slug: str) -> Sink:
        """Give a sink. Raises KeyError."""
        return self._sinks[slug]

    def reference_values(self) -> Iterator[ReferenceEntry]:
        """Read accounts, dimensions, journal names, customer groups, currencies, terms and tax groups."""
        return reference_values(Ground(self.client))

    def confirm(self, event_ids: Sequence[str]) -> tuple[Event, ...]:
        """Read again what business events name; unknown records do not come back."""
        return events_of(self.ground, event_ids)

    def close(self) -> None:
        """Close the HTTP client."""
        self.client.close()


def open_session(settings: Settings, tools: Tools) -> DynamicsSession:
    """Open a connection; the first call is made when something is asked."""
    return DynamicsSession(settings, tools)
