"""Who may sign in: the Entra tenant with its apps and secrets, and the tokens that it has given out."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice

TENANT = "3c5ab1d2-7f64-4f0e-9a51-2f8d6f0b7c11"
DOMAIN = "mlc-sandbox.onmicrosoft.com"
OTHER_TENANT = "9d1f2b7e-0c44-4c6b-8f0a-5d2c1e7a9b33"
HOST = "mlc-sandbox.sandbox.operations.dynamics.com"
CLIENT_ID = "5b1f0a34-9d2c-4e8b-8f1e-6a7c2d9e4b10"
SECRET = "sandbox-only~Secret+with&odd=characters"  # noqa: S105 - opens the sandbox alone
EXPIRED_SECRET = "sandbox-only~expired-secret"  # noqa: S105 - opens nothing
UNLISTED_ID = "77e0c2a9-1b3d-4f5e-a6b7-c8d9e0f1a2b3"
UNLISTED_SECRET = "sandbox-only~unlisted-app"  # noqa: S105 - opens nothing
TOKENS_KEPT = 5_000


@dataclass(slots=True, kw_only=True)
class App:
    """An app registration of a tenant; `has_principal` puts the `oid` claim into its tokens."""

    client_id: str
    tenant: str
    secrets: tuple[str, ...] = field(repr=False)
    expired: tuple[str, ...] = field(default=(), repr=False)
    has_principal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a token says; times are seconds since 1970."""

    client_id: str
    tenant: str
    audience: str
    expires_at: int
    has_principal: bool


class Directory:
    """The tenants of the sandbox: Entra ID gives tokens from it, Finance & Operations looks them up in it."""

    def __init__(self, clock: SandboxClock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Return to the apps of the start; no token is good any more."""
        self._dice = dice(self._seed, "entra")
        self.lifetime_s = 3599
        self.tokens: dict[str, Token] = {}
        self.resources = {HOST}
        self.apps = {
            app.client_id: app
            for app in (
                App(client_id=CLIENT_ID, tenant=TENANT, secrets=(SECRET,), expired=(EXPIRED_SECRET,)),
                App(client_id=UNLISTED_ID, tenant=TENANT, secrets=(UNLISTED_SECRET,)),
            )
        }

    def tenant(self, name: str) -> str | None:
        """Give a tenant's id by its id or its domain, or None."""
        known = {TENANT: TENANT, DOMAIN: TENANT, OTHER_TENANT: OTHER_TENANT}
        return known.get(name.lower())

    def app(self, client_id: str, tenant: str) -> App | None:
        """Give the app with this id in this tenant, or None."""
        app = self.apps.get(client_id.lower())
        return app if app is not None and app.tenant == tenant else None

    def issue(self, app: App, audience: str) -> tuple[str, Token]:
        """Give a token that looks like a JWT; nobody but the directory can tell a good one."""
        now = self._clock.epoch_s()
        token = Token(
            client_id=app.client_id,
            tenant=app.tenant,
            audience=audience,
            expires_at=now + self.lifetime_s,
            has_principal=app.has_principal,
        )
        claims = {"aud": audience, "tid": app.tenant, "appid": app.client_id, "iat": now, "exp": token.expires_at}
        claims |= {"oid": app.client_id} if app.has_principal else {}
        parts = (json.dumps({"typ": "JWT", "alg": "RS256"}).encode(), json.dumps(claims).encode(), self._noise())
        text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        if len(self.tokens) >= TOKENS_KEPT:
            del self.tokens[next(iter(self.tokens))]
        self.tokens[text] = token
        return text, token

    def uuid(self) -> str:
        """Draw a UUID for a trace or a correlation."""
        return str(UUID(int=self._dice.getrandbits(128), version=4))

    def forget(self, texts: Iterable[str] | None = None) -> int:
        """End these tokens, or all of them, and tell how many there were."""
        ended = list(self.tokens) if texts is None else [text for text in texts if text in self.tokens]
        for text in ended:
            del self.tokens[text]
        return len(ended)

    def _noise(self) -> bytes:
        return self._dice.randbytes(64)
