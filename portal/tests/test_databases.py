"""The suite's own ground: real commits are undone, and the triggers stay."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from portal.launch import ROOT
from portal.tests import databases


def test_it_forgets_what_was_committed(live_db):
    get_user_model().objects.create_user("ada@example.com", "a long password")
    databases.reset()
    assert get_user_model().objects.count() == 0


def test_it_begins_ids_anew_and_keeps_what_the_migrations_filled(live_db):
    kinds = ContentType.objects.count()
    for _ in range(2):
        assert get_user_model().objects.create_user("ada@example.com", "a long password").pk == 1
        databases.reset()
    assert ContentType.objects.count() == kinds > 0


def test_it_keeps_the_triggers(live_db):
    databases.reset()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit_attempt'::regclass AND NOT tgisinternal")
        assert cursor.fetchone()[0] > 0
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone()[0] == "origin"


def test_it_resets_while_others_are_connected(live_db):
    other = connection.copy()
    other.ensure_connection()
    databases.reset()
    assert get_user_model().objects.count() == 0
    other.close()


def test_it_shows_commits_to_other_processes(live_db):
    get_user_model().objects.create_user("ada@example.com", "a long password")
    script = "from portal.models import User; print(User.objects.get().email)"
    outcome = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout == "ada@example.com\n"


@pytest.mark.django_db
def test_it_never_works_on_the_portals_own_database():
    assert connection.settings_dict["NAME"].startswith("test_portal_")
    assert os.environ["DATABASE_URL"].endswith(connection.settings_dict["NAME"])


def test_it_gives_each_session_its_own_slot():
    script = "from portal.tests.databases import take_slot; print(take_slot())"
    outcome = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() != os.environ["REDIS_URL"].rpartition("/")[2]
