"""Real worker processes for tests that kill them, forked from a server that has imported everything already."""

import multiprocessing
import os
from multiprocessing.process import BaseProcess

from tests import worker_main

QUICK = {"LEASE_S": "1.5", "CALL_TIMEOUT_S": "1", "SETTLE_SCALE": "0.01", "SLICE_S": "30", "LOG_LEVEL": "WARNING"}
_PATIENCE_S = 120

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([worker_main.__name__])


def start_worker(base_port: int, *, checkpoints: str = "") -> BaseProcess:
    """Start a worker that takes the jobs there are and then ends; it kills itself at a checkpoint if one is given."""
    before = {name: os.environ.get(name) for name in QUICK}
    os.environ.update(QUICK)  # the server reads the settings when the first worker starts it
    try:
        worker = _processes.Process(target=worker_main.work, args=(base_port, [checkpoints] if checkpoints else []))
        worker.start()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    return worker


def finish(worker: BaseProcess) -> int:
    """Wait for a worker's end and give its exit code."""
    worker.join(timeout=_PATIENCE_S)
    assert worker.exitcode is not None, f"The worker has not ended after {_PATIENCE_S} seconds."
    return worker.exitcode
