"""One opened NetSuite connection: what it is, its sinks and its reference data. There are no streams."""

from collections.abc import Iterator, Sequence
from typing import NoReturn

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.credentials import Credentials
from integrations.connectors.netsuite.reference import reference_values
from integrations.connectors.netsuite.sinks import sinks
from integrations.connectors.netsuite.suiteql import Query, Row
from integrations.contracts import Event, Identity, ReferenceEntry, Settings, Tools
from integrations.contracts import Sink as SinkProtocol
from integrations.errors import ConnectorError

_SUBSIDIARIES = "SELECT s.id, s.name, s.currency FROM subsidiary s ORDER BY s.id"
_CURRENCIES = "SELECT c.id, c.symbol, c.name FROM currency c ORDER BY c.id"
_HIDDEN = ("netsuite_table_hidden", "netsuite_query_refused")


class NetSuiteSession:
    """A connection's session; safe to share between threads."""

    def __init__(self, settings: Settings, tools: Tools) -> None:
        self.environment = settings.environment
        self.credentials = Credentials.of(settings)
        self.client = Client(self.credentials, tools)
        self._sinks = sinks(self.client)

    def identity(self) -> Identity:
        """Ask for the root subsidiary, its currency and all subsidiaries; an account without OneWorld has none."""
        account = self.credentials.account
        subsidiaries = self._seen(_SUBSIDIARIES)
        symbols = {row["id"]: row.get("symbol", "") for row in self._seen(_CURRENCIES)}
        root: Row = subsidiaries[0] if subsidiaries else {}
        base = symbols.get(root.get("currency", ""), "") or next(iter(symbols.values()), "")
        return Identity(
            fingerprint=f"netsuite:{account.lower()}",
            name=root.get("name") or f"NetSuite {account}",
            base_currency=base,
            is_production=self.credentials.is_production,
            details={
                "account_id": account,
                "subsidiaries": ", ".join(row.get("name", row["id"]) for row in subsidiaries),
            },
        )

    def stream(self, slug: str) -> NoReturn:
        """Refuse: NetSuite is written to; what stands there is read through its sinks. Raises KeyError."""
        raise KeyError(slug)

    def sink(self, slug: str) -> SinkProtocol:
        """Give a sink. Raises KeyError."""
        return self._sinks[slug]

    def reference_values(self) -> Iterator[ReferenceEntry]:
        """Read accounts, currencies, items, dimensions, terms, tax codes and periods."""
        return reference_values(self.client)

    def confirm(self, event_ids: Sequence[str]) -> tuple[Event, ...]:
        """Give nothing: NetSuite sends no webhooks here."""
        return ()

    def close(self) -> None:
        """Close the HTTP client."""
        self.client.close()

    def _seen(self, sql: str) -> list[Row]:
        """Run a query over a table that the account may not have; hidden is empty."""
        try:
            return list(self.client.rows(Query(sql=sql)))
        except ConnectorError as error:
            if error.code in _HIDDEN:
                return []
            raise


def open_session(settings: Settings, tools: Tools) -> NetSuiteSession:
    """Open a connection; the first call is made when something is asked."""
    return NetSuiteSession(settings, tools)
