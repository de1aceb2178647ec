"""The app's name."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Connections, syncs and what they have moved."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"
