"""PostgreSQL and Redis out of their wheels, under .local/, for whoever has no servers of their own.

The pattern: every user (a command, a web worker, a test session) holds a shared lock on .local/users.lock for its
life. One keeper process, started by the first user, runs both servers as its children and waits for the exclusive
lock: the kernel counts the users, and a kill -9 counts as leaving. A child that dies is restarted on its port; a
keeper that dies takes its children with it (parent-death signal); the next user starts a new one on the same ports.

Never for production: the cluster runs without fsync.
"""

from portal.embedded.keys import ensure_keys
from portal.embedded.local import EmbeddedError, Urls
from portal.embedded.users import ensure

__all__ = ["EmbeddedError", "Urls", "ensure", "ensure_keys"]
