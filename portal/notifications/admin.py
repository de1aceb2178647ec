"""Channels, events and messages in the support staff's admin: read-only, addresses and keys left out."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from portal.notifications.models import Channel, Event, Message


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "name", "medium", "timing", "host", "is_paused", "last_at", "last_ok")
    list_filter = ("medium", "is_paused", "last_ok", ("tenant", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "tenant__name", "tenant__slug__exact")
    exclude = ("secrets",)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "kind", "title", "at", "ended_at")
    list_filter = ("kind",)
    search_fields = ("tenant__name", "tenant__slug__exact")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "channel", "recipient", "mode", "state", "tries", "due_at", "sent_at")
    list_filter = ("state", "mode")
    list_select_related = ("tenant", "channel")
    search_fields = ("uid__exact", "recipient__exact", "tenant__name", "tenant__slug__exact")
