"""How long to wait before something is tried again."""

import hashlib

_BASE_S = 5.0
_LONGEST_S = 3600.0


def wait_s(name: str, tries: int, retry_after_s: float | None = None) -> float:
    """Give seconds to wait: what the system asked for, else exponential with full jitter by `name`, at most an hour."""
    ceiling = min(_LONGEST_S, _BASE_S * 2 ** min(tries, 10))
    spread = int.from_bytes(hashlib.sha256(f"{name}:{tries}".encode()).digest()[:4], "big") / 2**32
    return max(retry_after_s or 0.0, float(1.0 + ceiling * spread))
