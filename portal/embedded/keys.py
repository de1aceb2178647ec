"""Development's keys: random, made once per checkout, never derived from anything in the repository."""

import hashlib
import os
from pathlib import Path

from portal.embedded.local import Local


def ensure_keys(root: Path) -> None:
    """Set SECRET_KEY and FERNET_KEYS in the environment where they are unset, from a random secret under .local/.

    Deleting .local/ loses the secret and with it whatever was sealed under it. In production this does nothing, so
    that portal/checks.py can refuse to start.
    """
    if os.environ.get("ENVIRONMENT") == "production":
        return
    if os.environ.get("SECRET_KEY") and os.environ.get("FERNET_KEYS"):
        return
    local = Local(root / ".local")
    local.make()
    secret = local.secret("development-secret")
    for name in ("SECRET_KEY", "FERNET_KEYS"):
        if not os.environ.get(name):
            os.environ[name] = hashlib.sha256(f"{name}:{secret}".encode()).hexdigest()
