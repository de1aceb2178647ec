"""Keeps a sandbox world in a file between two starts, so that a ledger remembers what was booked in it."""

import os
import pickle
from pathlib import Path

from integrations.sandbox.world import World


def save(world: World, path: Path) -> None:
    """Write the world; another start may read it. The file is replaced in one step and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        pickle.dump(world, file)
    draft.replace(path)


def load(path: Path) -> World | None:
    """Read a world that this version wrote; None when there is none, or one that no longer fits the code."""
    try:
        world = pickle.loads(path.read_bytes())  # noqa: S301 (our own file, in our own folder)
    except FileNotFoundError:
        return None
    except (AttributeError, ImportError, TypeError, ValueError, EOFError, pickle.UnpicklingError):
        return None
    return world if isinstance(world, World) else None
