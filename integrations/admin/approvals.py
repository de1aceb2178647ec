"""The two-person rule in the admin: staff see it and its requests, and neither change it nor decide any."""

from django.contrib import admin

from audit.admin import ReadOnlyAdmin
from integrations.models import ApprovalRequest, ApprovalRule


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ReadOnlyAdmin):
    list_display = ("tenant", "publish", "undo", "identity", "replay", "replay_amount", "replay_currency")
    search_fields = ("tenant__name",)


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "action", "title", "asker", "state", "decider", "asked_at", "decided_at")
    list_filter = ("action", "state")
    search_fields = ("asker__exact", "decider__exact")
