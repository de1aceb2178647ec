"""What the fork server of `worker_process` imports once, and each of its workers runs."""

import os

import django

from portal.launch import prepare

prepare()
django.setup()

import django_rq  # noqa: E402 (needs the settings)
from django.conf import settings  # noqa: E402

from integrations import jobs  # noqa: E402, F401 (what the jobs need, imported before the fork)


def work(base_port: int, checkpoints: list[str]) -> None:
    """Take the jobs there are, then end; die at a checkpoint if one is given."""
    settings.SANDBOX_BASE_PORT, settings.CHAOS_CHECKPOINTS = base_port, checkpoints
    django_rq.get_worker("high", "default").work(burst=True, logging_level="WARNING")
    os._exit(0)  # as a program's end: what the server had open is none of this process's to close
