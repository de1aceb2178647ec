import pytest
from django.db import connection

from audit.sql import insert_rows

pytestmark = pytest.mark.django_db
COLUMNS = (("name", "text"), ("slug", "text"))


@pytest.mark.parametrize("name", ["Acme \ud83d", "Acme\x00 Ltd"])
def test_it_shows_what_a_text_cannot_hold_as_a_sign_for_it(name):
    written = insert_rows("pg_temp.said", COLUMNS, [(name, "a"), ("Zoë", "b")], returning="name")
    assert written == [name.replace("\ud83d", "\ufffd").replace("\x00", "\ufffd"), "Zoë"]


@pytest.fixture(autouse=True)
def said(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE said (name text, slug text) ON COMMIT DROP")
