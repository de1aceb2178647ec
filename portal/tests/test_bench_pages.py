"""The bench of pages seeds a database of its own, measures every page once, and leaves nothing behind."""

from django.db import connection

from audit.models import Attempt
from portal.bench.crowd import Size
from portal.bench.pages import bench_pages


def test_it_measures_each_page_in_a_database_of_its_own(live_db):
    report = bench_pages(size=Size(attempts=400, links=200, runs=20, problems=40), times=1)
    with connection.cursor() as cursor:
        own = f"{connection.settings_dict['NAME']}_bench_pages"
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [own])
        left = cursor.fetchone()[0]

    assert {"home", "records by number", "runs, deep"} <= set(report["figures"]["pages"])
    assert set(report["figures"]["actions"]) == {"undo of a run", "undo of a day", "undo of a day long ago"}
    assert left == 0
    assert not Attempt.objects.exists()
