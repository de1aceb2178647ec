"""A connector is one folder: a copy of one under a new name passes the conformance suite with nothing else changed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED, COPY = "billcom", "seventh"  # one that reads and writes, and whose suite is short
PORT_OFFSET = 30
LONGEST_S = 120


def _scratch(to: Path) -> None:
    """Copy what the suite needs of the repository, with what Python has compiled of it."""
    for name in ("integrations", "mappings", "audit", "tests/conformance"):
        shutil.copytree(ROOT / name, to / name)
    for name in ("pyproject.toml", "tests/__init__.py"):
        shutil.copy(ROOT / name, to / name)


def _copy_connector(slug: str, root: Path) -> None:
    """Copy a connector's folder and give the copy its own name and port, inside its folder alone."""
    folders = root / "integrations" / "connectors"
    shutil.copytree(folders / slug, folders / COPY)
    for path in (folders / COPY).rglob("*.py"):
        text = path.read_text().replace(f"integrations.connectors.{slug}", f"integrations.connectors.{COPY}")
        text = text.replace(f'"{slug}"', f'"{COPY}"')
        text = re.sub(r"(port_offset(?:: int)? = |port_offset=)\d+", rf"\g<1>{PORT_OFFSET}", text)
        path.write_text(text)


def _suite(root: Path) -> subprocess.CompletedProcess:
    """Run the copy's cases of the suite; they need neither settings nor servers."""
    command = [sys.executable, "-m", "pytest", "tests/conformance", "-q", "-k", COPY, "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO_"))}
    return subprocess.run(
        [*command, "-p", "no:django", "-p", "no:xdist"],
        cwd=root,
        env={**environment, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


def test_it_takes_a_seventh_connector_as_one_folder(tmp_path: Path):
    _scratch(tmp_path)
    _copy_connector(COPIED, tmp_path)
    ran = _suite(tmp_path)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert re.search(r"[1-9]\d{1,} passed", ran.stdout), ran.stdout[-500:]
