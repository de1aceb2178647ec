"""The one place where the sandbox gets its chance from: always seeded, never secret."""

from random import Random


def dice(*seed: object) -> Random:
    """Make a generator that gives the same throws for the same seed, in every process."""
    return Random(":".join(str(part) for part in seed))  # noqa: S311 - repeatable play, not secrets
