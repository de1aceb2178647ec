"""Real worker processes for tests that kill them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUICK = {"LEASE_S": "1.5", "CALL_TIMEOUT_S": "1", "SETTLE_SCALE": "0.01", "SLICE_S": "30", "LOG_LEVEL": "WARNING"}


def start_worker(base_port: int, *, checkpoints: str = "", **environment: str) -> subprocess.Popen[bytes]:
    """Start a worker that takes the jobs there are and then ends; it kills itself at a checkpoint if one is given."""
    values = {
        **os.environ,
        **QUICK,
        "SANDBOX_BASE_PORT": str(base_port),
        "CHAOS_CHECKPOINTS": checkpoints,
        **environment,
    }
    command = [sys.executable, str(ROOT / "manage.py"), "rqworker", "high", "default", "--burst"]
    return subprocess.Popen(command, env=values, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(worker: subprocess.Popen[bytes]) -> int:
    """Wait for a worker's end; a failure of its own is shown."""
    _, errors = worker.communicate(timeout=120)
    if worker.returncode not in (0, -signal.SIGKILL):
        sys.stderr.write(errors.decode(errors="replace"))
    return worker.returncode
