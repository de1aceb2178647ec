"""How fast mappings are applied: 10,000 records through 30 rows with 5 lines each, on one core."""

import time
from dataclasses import asdict
from typing import Any

from mappings.bench import measure_mapping
from portal.bench.measure import machine

_COPIED_FIELDS = 15 + 15 * 5  # what a bare copy of one record's fields and lines takes over


def bench_mapping(*, records: int = 10_000, lines: int = 5) -> dict[str, Any]:
    """Measure the core against a bare copy of as many fields into new dictionaries."""
    figures = measure_mapping(records=records, lines=lines)
    floor_s = _copy(records)
    return {
        "name": "mapping",
        "figures": {**asdict(figures), "records_per_s": int(records / max(figures.seconds, 0.001)), "floor_s": floor_s},
        "ratio": {"of_bare_copy": round(figures.seconds / max(floor_s, 0.001), 1)},
        "machine": machine(),
    }


def _copy(records: int) -> float:
    source = {f"field_{number}": f"value {number}" for number in range(_COPIED_FIELDS)}
    begun = time.perf_counter()
    for _ in range(records):
        {name: source.get(name) for name in source}
    return round(time.perf_counter() - begun, 3)
