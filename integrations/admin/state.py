"""What the engine knows, in the admin: problems, records, links, pings and events, read-only."""

from django.contrib import admin
from django.utils.safestring import SafeString

from audit.admin import ReadOnlyAdmin, preformatted
from audit.queries import written
from integrations.models import Companion, InboxEvent, Link, Ping, Problem, RefusedCalls, SyncRecord


@admin.register(Problem)
class ProblemAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "sync", "code", "value", "records", "last_seen", "healed_at")
    list_filter = ("code",)
    list_select_related = ("tenant", "sync")
    search_fields = ("code__exact", "value__exact")


@admin.register(SyncRecord)
class SyncRecordAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "sync", "flow", "natural_key", "label", "state", "code", "changed_at")
    list_filter = ("state", "flow")
    list_select_related = ("tenant", "sync")
    search_fields = ("natural_key__exact",)
    raw_id_fields = ("problem",)


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "flow", "natural_key", "revision", "external_id", "is_posted", "is_ours")
    list_filter = ("is_posted", "is_ours")
    search_fields = ("natural_key__exact", "external_id__exact")


@admin.register(Companion)
class CompanionAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "flow", "natural_key", "revision", "external_id", "is_share", "state")
    list_filter = ("is_share", "state")
    search_fields = ("natural_key__exact", "external_id__exact")


@admin.register(Ping)
class PingAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "connection", "at", "ok")
    list_filter = ("ok",)
    list_select_related = ("tenant", "connection")
    exclude = ("steps",)
    readonly_fields = ("shown_steps",)

    @admin.display(description="steps")
    def shown_steps(self, ping: Ping) -> SafeString:
        """Show the steps without secrets."""
        return preformatted(written(ping.steps))


@admin.register(InboxEvent)
class InboxEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "connection", "event_id", "event_type", "state", "received_at")
    list_filter = ("state",)
    list_select_related = ("tenant", "connection")
    search_fields = ("event_id__exact",)


@admin.register(RefusedCalls)
class RefusedCallsAdmin(ReadOnlyAdmin):
    list_display = ("day", "tenant", "connection", "number", "last_at")
    list_select_related = ("tenant", "connection")
    date_hierarchy = "day"
    ordering = ("-day",)
    empty_value_display = "no such address"
