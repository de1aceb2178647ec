"""The tenant's schema in one session: our own table where that is enough, else its swagger, read once."""

import threading
from collections.abc import Mapping

from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.fields import catalogue, refuse_overlong
from integrations.connectors.acumatica.shapes import (
    Shapes,
    default_shapes,
    is_known_by_heart,
    refuse_unknown,
    shapes_of,
    unknown_fields,
)
from integrations.contracts import Value
from integrations.errors import ConfigurationError, ContractError, RejectedError
from mappings.catalogue import TargetField


class Schema:
    """What fields the endpoint has; safe to share between threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._read: Shapes | None = None

    def check(self, entity: str, body: Mapping[str, Value]) -> None:
        """Refuse what the endpoint would drop or cut, before any call that writes. Raises MappingError."""
        refuse_overlong(entity, body)
        credentials = self._client.credentials
        where = f"{credentials.endpoint_name}/{credentials.endpoint_version}"
        if is_known_by_heart(credentials.endpoint_name, credentials.endpoint_version):
            ours = default_shapes(credentials.endpoint_version)
            if not unknown_fields(ours, entity, body):
                return
        refuse_unknown(self.shapes(), entity, body, where)

    def catalogue(self, sink: str, entity: str) -> tuple[TargetField, ...]:
        """Give a sink's fields: the tenant's own swagger where it can be read, else our table."""
        return catalogue(sink, entity, self.shapes())

    def shapes(self) -> Shapes:
        """Give the endpoint's shapes. Raises TransientError while Acumatica is away."""
        with self._lock:
            if self._read is None:
                self._read = self._tenants() or default_shapes(self._client.credentials.endpoint_version)
            return self._read

    def _tenants(self) -> Shapes:
        try:
            return shapes_of(self._client.swagger())
        except (ConfigurationError, ContractError, RejectedError):
            return {}
