"""The whole suite's ground: embedded servers."""

import os

import pytest

from portal.launch import prepare


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the environment before pytest-django imports the settings (it does so after this)."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    prepare()
