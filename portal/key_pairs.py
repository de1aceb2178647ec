"""Key pairs made for a connection form that is not saved yet: kept sealed in the session, the public part shown."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from integrations.contracts import Connector
from integrations.vault import seal, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A generated value that may be seen: to be copied or saved as a file."""

    name: str
    label: str
    help: str
    text: str
    file_name: str

    @property
    def data_url(self) -> str:
        """Give the text as an address that a browser saves as a file."""
        return f"data:application/octet-stream;base64,{base64.b64encode(self.text.encode()).decode()}"


def make_pair(request: HttpRequest, connector: Connector, scope: str, values: Mapping[str, str]) -> None:
    """Have the connector make its key pair and keep it, sealed, until the form is saved; a new one replaces it."""
    if connector.generate is not None:
        request.session[_key(connector, scope)] = seal(json.dumps(connector.generate(values)))


def pending_pair(request: HttpRequest, connector: Connector, scope: str) -> dict[str, str]:
    """Give the values made for a form and not saved yet, private ones included; empty where there are none."""
    sealed = request.session.get(_key(connector, scope))
    return dict(json.loads(unseal(sealed))) if sealed else {}


def forget_pair(request: HttpRequest, connector: Connector, scope: str) -> None:
    """Forget what was made for a form. Safe to call twice."""
    request.session.pop(_key(connector, scope), None)


def public_parts(connector: Connector, values: Mapping[str, str]) -> tuple[Shown, ...]:
    """Give those generated values that may be shown: certificates, never a key."""
    return tuple(
        Shown(
            name=field.name,
            label=field.label,
            help=field.help,
            text=values[field.name],
            file_name=f"{connector.slug}.pem",
        )
        for field in connector.fields
        if not field.is_secret and field.name.endswith("_pem") and values.get(field.name)
    )


def _key(connector: Connector, scope: str) -> str:
    return f"key_pair:{connector.slug}:{scope}"
