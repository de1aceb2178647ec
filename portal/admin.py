"""The support staff's admin for people, companies, memberships and invitations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.http import HttpRequest

# django-stubs makes these bases generic, Django itself does not: hence "type-arg" below.
from portal.models import Invitation, Membership, Tenant, User

admin.site.site_header = "ml-connector support"
admin.site.site_title = "ml-connector support"


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    password = ReadOnlyPasswordHashField(help_text="Nobody can read it. Send the person a reset link instead.")

    class Meta:
        model = User
        fields = ("email", "name", "password", "is_active", "is_staff", "is_superuser", "groups", "user_permissions")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ("user", "tenant")
    readonly_fields = ("created_at",)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = UserForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "created_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "created_at")
    filter_horizontal = ("groups", "user_permissions")
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Keep staff who are not superusers from raising anybody's rights."""
        rights = (
            ()
            if getattr(request.user, "is_superuser", False)
            else ("is_staff", "is_superuser", "groups", "user_permissions")
        )
        return (*self.readonly_fields, *rights)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up or are invited; that verifies their address."""
        return False


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "slug", "time_zone", "is_suspended", "created_at")
    list_filter = ("is_suspended",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at",)
    inlines = (MembershipInline,)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("email", "tenant", "role", "expires_at", "accepted_at")
    search_fields = ("email", "tenant__name")
    list_select_related = ("tenant",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only the portal can send the link."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """An invitation is taken back, not edited."""
        return False
