"""The settings and what production refuses, each in a process of its own with its own environment."""

import os
import re
import subprocess
import sys

import pytest
from django.test import override_settings
from fernet_fields import EncryptedTextField

from portal.checks import RULES
from portal.launch import ROOT

REFUSE = ["-c", "from portal.checks import refuse_unsafe_start; refuse_unsafe_start()"]
IMPORT = ["-c", "from django.conf import settings; print(settings.DEBUG, settings.FERNET_KEYS, settings.DATABASES)"]
SOUND = {
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k3Jz-8sTq0Vw_yL5bN1mXcR7dP2hG9fA4eU6iO-ZxCvBnMlKjHgF",
    "FERNET_KEYS": "q7Wn-3eRt5Yu8Io1Pa_Sd2Fg4Hj6Kl9Zx0Cv",
    "ALLOWED_HOSTS": "portal.example.com",
    "DATABASE_URL": "postgres://portal:secret@db.example.com/portal",
    "REDIS_URL": "redis://:secret@redis.example.com/0",
}

UNSAFE = [
    ({"DEBUG": "true"}, "portal.E001", "DEBUG=false"),
    ({"SECRET_KEY": ""}, "portal.E002", "Set SECRET_KEY"),
    ({"SECRET_KEY": "short"}, "portal.E002", "Set SECRET_KEY"),
    ({"SECRET_KEY": "ab" * 40}, "portal.E002", "Set SECRET_KEY"),
    ({"FERNET_KEYS": ""}, "portal.E003", "Set FERNET_KEYS"),
    ({"FERNET_KEYS": " , "}, "portal.E003", "Set FERNET_KEYS"),
    ({"FERNET_KEYS": "short"}, "portal.E003", "Set FERNET_KEYS"),
    ({"FERNET_KEYS": SOUND["SECRET_KEY"]}, "portal.E003", "Set FERNET_KEYS"),
    ({"SESSION_COOKIE_SECURE": "false"}, "portal.E004", "SESSION_COOKIE_SECURE"),
    ({"CSRF_COOKIE_SECURE": "false"}, "portal.E004", "CSRF_COOKIE_SECURE"),
    ({"SECURE_SSL_REDIRECT": "false"}, "portal.E005", "SECURE_SSL_REDIRECT"),
    ({"SECURE_HSTS_SECONDS": "0"}, "portal.E006", "SECURE_HSTS_SECONDS"),
    ({"ALLOWED_HOSTS": ""}, "portal.E007", "Set ALLOWED_HOSTS"),
    ({"ALLOWED_HOSTS": "portal.example.com,*"}, "portal.E007", "Set ALLOWED_HOSTS"),
    ({"DATABASE_URL": ""}, "portal.E008", "Set DATABASE_URL"),
    ({"REDIS_URL": ""}, "portal.E009", "Set REDIS_URL"),
    ({"SETTLE_SCALE": "0.1"}, "portal.E010", "Unset SETTLE_SCALE"),
    ({"CHAOS_CHECKPOINTS": "after_answer"}, "portal.E011", "Unset CHAOS_CHECKPOINTS"),
    ({"SANDBOX_BASE_PORT": "8100"}, "portal.E012", "SANDBOX_IN_PRODUCTION=true"),
    ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "portal.E013", "Set EMAIL_BACKEND"),
]


def run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**keep, **environment}, capture_output=True, text=True, check=False
    )


def test_it_starts_in_a_sound_production():
    outcome = run(REFUSE, SOUND)
    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.parametrize(("broken", "rule", "remedy"), UNSAFE)
def test_it_refuses_an_unsafe_production(broken, rule, remedy):
    outcome = run(REFUSE, {**SOUND, **broken})
    lines = outcome.stderr.splitlines()
    assert outcome.returncode == 1
    assert [line.split()[0] for line in lines[1::2]] == [rule]
    assert remedy in lines[2]


def test_it_tests_every_rule():
    assert {rule for _, rule, _ in UNSAFE} == {rule.id for rule in RULES}


@pytest.mark.parametrize(
    "program", [["manage.py", "migrate"], ["manage.py", "rqworker", "default"], ["-c", "import portal.wsgi"]]
)
def test_it_refuses_at_every_door(program):
    outcome = run(program, {**SOUND, "FERNET_KEYS": ""})
    assert outcome.returncode == 1
    assert "portal.E003" in outcome.stderr


def test_it_names_everything_that_production_lacks_at_once():
    outcome = run(["manage.py", "migrate"], {"ENVIRONMENT": "production"})
    wanted = {"portal.E002", "portal.E003", "portal.E007", "portal.E008", "portal.E009"}
    assert {word for word in outcome.stderr.split() if word.startswith("portal.E")} == wanted


def test_it_reports_an_unsafe_production_as_a_system_check():
    outcome = run(["manage.py", "check"], {**SOUND, "DEBUG": "true"})
    assert outcome.returncode == 1
    assert "(portal.E001) DEBUG is on" in outcome.stderr


def test_it_allows_an_explicit_sandbox_in_production():
    outcome = run(REFUSE, {**SOUND, "SANDBOX_BASE_PORT": "8100", "SANDBOX_IN_PRODUCTION": "true"})
    assert (outcome.returncode, outcome.stderr) == (0, "")


def test_it_imports_without_any_environment():
    outcome = run(IMPORT, {"DJANGO_SETTINGS_MODULE": "portal.settings"})
    assert outcome.stdout.startswith("False [] {'default'")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ENVIRONMENT": "staging"}, "set it to development or production"),
        ({"DATABASE_URL": "sqlite:///db.sqlite3"}, "must name a PostgreSQL database"),
        ({"SETTLE_SCALE": "fast"}, "SETTLE_SCALE='fast' is not a number above zero"),
        ({"SETTLE_SCALE": "0"}, "SETTLE_SCALE='0' is not a number above zero"),
    ],
)
def test_it_refuses_a_setting_that_makes_no_sense(wrong, message):
    outcome = run(IMPORT, {"DJANGO_SETTINGS_MODULE": "portal.settings", **wrong})
    assert outcome.returncode == 1
    assert message in outcome.stderr


@override_settings(FERNET_KEYS=[])
def test_it_seals_nothing_with_the_secret_key():
    with pytest.raises(ValueError, match="at least one Fernet"):
        EncryptedTextField().fernet  # noqa: B018


def test_it_documents_every_variable():
    source = (ROOT / "portal" / "settings.py").read_text()
    variables = set(re.findall(r'env(?:\.\w+|_\w+)\(\s*"([A-Z_]+)"', source))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))
    assert variables - documented == set()
