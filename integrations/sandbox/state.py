"""Keeps a sandbox world in a file between two starts, so that a ledger remembers what was booked in it."""

import hashlib
import os
import pickle
from functools import cache
from pathlib import Path

from integrations.sandbox.world import World


def save(world: World, path: Path) -> None:
    """Write the world; another start may read it. The file is replaced in one step and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_code())
        pickle.dump(world, file)
    draft.replace(path)


def load(path: Path) -> World | None:
    """Read a world that this very code wrote; None when there is none, or one that simulators of another wrote."""
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        return None
    if not kept.startswith(_code()):
        return None
    try:
        world = pickle.loads(kept[len(_code()) :])  # noqa: S301 (our own file, in our own folder)
    except (AttributeError, ImportError, TypeError, ValueError, EOFError, pickle.UnpicklingError):
        return None
    return world if isinstance(world, World) else None


@cache
def _code() -> bytes:
    """Give a digest of all simulators' code: what one of them kept, another may misread."""
    folder = Path(__file__).parents[1]
    files = [*folder.glob("sandbox/**/*.py"), *folder.glob("connectors/*/simulator/**/*.py")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.digest()
