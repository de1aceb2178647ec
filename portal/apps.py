"""Where Django learns of the portal and of its checks."""

from django.apps import AppConfig
from django.core.checks import register

from portal.checks import check_production


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        register(check_production)
