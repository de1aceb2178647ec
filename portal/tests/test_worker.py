"""The queues' worker, as a process of its own."""

import os
import select
import signal
import subprocess
import sys

import django_rq
from rq.job import JobStatus

from portal.embedded.processes import parent_death_environment
from portal.launch import ROOT
from portal.tests.queue_jobs import count_types, lose_connection

DEADLINE_S = 60
PARENT = """
import os, signal, subprocess, sys
from portal.embedded.processes import parent_death_environment
script = "import os, sys; print(os.getpid(), flush=True); sys.stdin.read()"
environment = {**os.environ, **parent_death_environment(signal.SIGTERM)}
subprocess.run([sys.executable, "manage.py", "shell", "-v", "0", "-c", script], env=environment)
"""


def test_it_works_on_after_the_database_dropped_its_connection(live_db):
    queue = django_rq.get_queue("default")
    queue.enqueue(lose_connection)
    later = [queue.enqueue(count_types) for _ in range(2)]
    subprocess.run([sys.executable, "manage.py", "rqworker", "--burst", "default"], cwd=ROOT, check=True, timeout=60)
    assert [job.get_status(refresh=True) for job in later] == [JobStatus.FINISHED] * 2


def test_it_dies_with_the_process_that_started_it(live_db):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
        ended = select.select([child], [], [], DEADLINE_S)[0]
        os.close(child)
    assert ended == [child]


def test_it_outlives_a_process_that_did_not_start_it():
    environment = {**os.environ, **parent_death_environment(signal.SIGKILL)}
    script = "from portal.embedded.processes import die_if_asked; die_if_asked(); print('alive')"
    outcome = subprocess.run(
        ["/bin/sh", "-c", f'{sys.executable} -c "{script}"; true'],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stdout == "alive\n"
