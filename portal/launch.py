"""What happens before Django starts: development's unset variables are filled in, unsafe production is refused."""

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.embedded import EmbeddedError, ensure, ensure_keys
from portal.embedded.processes import die_if_asked

# Batches make many objects that live as long as the batch: collecting every 700 of them costs a tenth of a run.
_GC_THRESHOLDS = (50_000, 20, 50)
ROOT = Path(__file__).resolve().parent.parent
# Commands that touch neither PostgreSQL nor Redis.
SERVERLESS = frozenset({"", "help", "version", "--help", "-h", "--version", "collectstatic", "sandbox", "startapp"})


def prepare(*, servers: bool = True) -> None:
    """Set what the settings need and the environment leaves unset; start or join the embedded servers.

    Must run before the settings are imported; exits with a message where the servers cannot be had.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    gc.set_threshold(*_GC_THRESHOLDS)
    die_if_asked()
    try:
        ensure_keys(ROOT)
        if servers:
            ensure(ROOT)
    except EmbeddedError as error:
        sys.exit(f"ml-connector: {error}")


def needs_servers(arguments: Sequence[str]) -> bool:
    """Tell whether a manage.py command line needs PostgreSQL or Redis."""
    command = arguments[1] if len(arguments) > 1 else ""
    return command not in SERVERLESS and not {"--help", "-h"} & set(arguments)
