"""Jobs for the worker's tests: a worker process imports them by name."""

from django.contrib.contenttypes.models import ContentType
from django.db import connection


def lose_connection() -> None:
    """Have the server end this worker's connection, as after a restart or a fail-over."""
    with connection.cursor() as cursor, connection.copy().cursor() as other:
        cursor.execute("SELECT pg_backend_pid()")
        other.execute("SELECT pg_terminate_backend(%s)", cursor.fetchone())


def count_types() -> int:
    """Query the database once."""
    return ContentType.objects.count()
