"""The worker of the queues: one process, one job at a time, database connections looked after."""

from typing import Any

from django.db import close_old_connections
from rq.worker import SimpleWorker

from portal.checks import refuse_unsafe_start


class Worker(SimpleWorker):
    """Run jobs in the worker's own process.

    A forked job would outlive its killed worker and go on posting; this one dies whole, and the lease finds its work.
    Dying with the process that started it is manage.py's business (PARENT_DEATH_SIGNAL).
    """

    def work(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse to begin in an unsafe production."""
        refuse_unsafe_start()
        return bool(super().work(*args, **kwargs))

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        """Run one job between two looks at the connections.

        Without the looks a dropped connection fails every later job; with CONN_HEALTH_CHECKS none fails.
        """
        close_old_connections()
        try:
            return bool(super().perform_job(*args, **kwargs))
        finally:
            close_old_connections()
