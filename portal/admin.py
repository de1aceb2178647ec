"""The support staff's admin for people, companies, memberships, invitations, tokens; what staff change is on record."""

from typing import Any

import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401 - both register themselves, to be taken out again below
from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.http import HttpRequest

from audit.admin import ReadOnlyAdmin
from audit.record import change_config
from portal.accounts import note_team, revoke_invitation

# django-stubs makes these bases generic, Django itself does not: hence "type-arg" below.
from portal.models import ApiToken, Invitation, Membership, Tenant, User

# The portal's own sign-in, with its throttling and the second factor where one is set.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "ml-connector support"
admin.site.site_title = "ml-connector support"
# Second factors and session keys are secrets of people: no page for them.
admin.site.unregister((Authenticator, UserSession))


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

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The trail names people: they are made inactive instead."""
        return False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save memberships and put the changes on record."""
        super().save_formset(request, form, formset, change)
        _note_memberships(request, formset)

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

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        """A company has a trail: it is suspended instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        """Save the company and put the change on record."""
        super().save_model(request, obj, form, change)
        changed = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        if changed:
            action = "changed by support" if change else "founded by support"
            change_config(tenant_id=obj.pk, actor=_email(request), subject="company", action=action, details=changed)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save memberships and put the changes on record."""
        super().save_formset(request, form, formset, change)
        _note_memberships(request, formset)


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

    def delete_model(self, request: HttpRequest, obj: Invitation) -> None:
        """Take an invitation back through the verb."""
        revoke_invitation(invitation=obj, actor=_email(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Take invitations back through the verb."""
        for invitation in queryset:
            revoke_invitation(invitation=invitation, actor=_email(request))


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("id", "tenant", "name", "prefix", "role", "membership", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("role", ("tenant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("tenant", "membership__user", "membership__tenant")
    search_fields = ("name", "prefix__exact", "tenant__name", "tenant__slug__exact")
    exclude = ("token_digest",)


def _email(request: HttpRequest) -> str:
    return str(getattr(request.user, "email", ""))


def _note_memberships(request: HttpRequest, formset: Any) -> None:
    for membership in formset.new_objects:
        _note(request, membership, "added by support")
    for membership, _ in formset.changed_objects:
        _note(request, membership, "role changed by support")
    for membership in formset.deleted_objects:
        _note(request, membership, "removed by support")


def _note(request: HttpRequest, membership: Membership, action: str) -> None:
    email, role = membership.user.email, membership.role
    note_team(membership.tenant_id, action, actor=_email(request), email=email, role=role)
