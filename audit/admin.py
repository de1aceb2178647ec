"""The support staff's view of the trail: everything may be read, nothing changed, and no secret is in it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.models import Attempt, ConfigChange, Run, Seal
from audit.queries import readable, written

MOST_COUNTED = 5_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than a few thousand rows: these tables are long, and whoever needs more searches."""

    @cached_property
    def count(self) -> int:
        """Give the number of rows, at most a few thousand."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists and shows rows; nobody adds, changes or deletes any, superusers included."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_select_related: ClassVar[tuple[str, ...]] = ("tenant",)
    list_per_page = 50
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


def preformatted(text: str) -> SafeString:
    """Show text as it is laid out."""
    return format_html("<pre>{}</pre>", text)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "sync_id", "pair", "trigger", "state", "started_at", "ended_at")
    list_filter = ("state", "trigger")
    search_fields = ("sync_id__exact",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "run_id", "flow", "natural_key", "operation", "outcome", "external_id", "opened_at")
    list_filter = ("outcome",)
    search_fields = ("run_id__exact", "record_id__exact")
    exclude = ("draft", "answer")
    readonly_fields = ("shown_draft", "shown_answer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        """Leave drafts and answers where they are until one attempt is opened."""
        rows: QuerySet[Attempt] = super().get_queryset(request)
        return rows.defer("draft", "answer")

    @admin.display(description="draft")
    def shown_draft(self, attempt: Attempt) -> SafeString:
        """Show the draft without secrets."""
        return preformatted(readable(attempt.draft))

    @admin.display(description="answer")
    def shown_answer(self, attempt: Attempt) -> SafeString:
        """Show the answer without secrets."""
        return preformatted(readable(attempt.answer))


@admin.register(ConfigChange)
class ConfigChangeAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "at", "actor", "subject", "action")
    search_fields = ("actor__exact", "subject__exact")
    exclude = ("details",)
    readonly_fields = ("shown_details",)

    @admin.display(description="details")
    def shown_details(self, change: ConfigChange) -> SafeString:
        """Show the details without secrets."""
        return preformatted(written(change.details))


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "number", "run_id", "change_id", "attempts", "at", "digest")
    search_fields = ("number__exact",)
