"""Companies: switch between them, add one, run the team, accept an invitation, close one; delete one's account."""

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import (
    INVITATION_DAYS,
    accept_invitation,
    change_role,
    find_invitation,
    found_tenant,
    invite_member,
    note_team,
    remove_member,
    revoke_invitation,
)
from portal.closing import close_tenant, delete_user, export_tenant, sole_ownerships
from portal.forms.signup import INVITATION_KEY
from portal.forms.tenants import CloseForm, DeleteForm, InviteForm, MemberRoleForm, TenantForm
from portal.models import Invitation, Membership, Role, Tenant
from portal.permissions import ROLE_SENTENCES, Ability, assignable_roles
from portal.tenancy import (
    SESSION_KEY,
    current_membership,
    current_tenant,
    current_user,
    public,
    requires,
    signed_in,
    switch_tenant,
)


@signed_in
@require_POST
def tenant_switch(request: HttpRequest) -> HttpResponse:
    """Work for another of one's companies."""
    chosen = request.POST.get("tenant", "")
    if not (chosen.isascii() and chosen.isdigit()):
        raise Http404("No such company.")
    switch_tenant(request, int(chosen))
    return redirect("dashboard")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def tenant_create(request: HttpRequest) -> HttpResponse:
    """Add a company and start working for it."""
    form = TenantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tenant = found_tenant(owner=current_user(request), **form.cleaned_data)
        request.session[SESSION_KEY] = tenant.pk
        messages.success(request, f"{tenant.name} is ready. You are its owner.")
        return redirect("dashboard")
    return render(request, "tenants/create.html", {"form": form})


@requires(Ability.VIEW)
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """List who belongs to the company and who is invited."""
    return _render_team(request, InviteForm(actor_role=current_membership(request).role))


@requires(Ability.MANAGE)
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Send an invitation by e-mail."""
    inviter = current_membership(request)
    form = InviteForm(request.POST, actor_role=inviter.role)
    if form.is_valid():
        try:
            invitation, token = invite_member(tenant=current_tenant(request), inviter=inviter, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("email", refusal)
        else:
            _send_invitation(request, invitation, token)
            messages.success(request, f"Invitation sent to {invitation.email}. It works for {INVITATION_DAYS} days.")
            return redirect("team")
    return _render_team(request, form, status=422)


@requires(Ability.MANAGE)
@require_POST
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an open invitation back."""
    invitation = get_object_or_404(Invitation.objects.for_tenant(current_tenant(request)), pk=pk, accepted_at=None)
    revoke_invitation(invitation=invitation, actor=current_user(request).email)
    messages.success(request, f"The invitation to {invitation.email} no longer works.")
    return redirect("team")


@requires(Ability.MANAGE)
@require_POST
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    actor, membership = current_membership(request), _member_or_404(request, pk)
    form = MemberRoleForm(request.POST, actor_role=actor.role)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles on the list.")
        return redirect("team")
    try:
        change_role(actor=actor, membership=membership, role=form.cleaned_data["role"])
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, f"{membership.user.display_name} is {form.cleaned_data['role'].label} now.")
    return redirect("team")


@requires(Ability.VIEW)
@require_POST
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a member out of the company, or leave it oneself."""
    actor, membership = current_membership(request), _member_or_404(request, pk)
    try:
        remove_member(actor=actor, membership=membership)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("team")
    messages.success(request, f"{membership.user.display_name} no longer belongs to {membership.tenant.name}.")
    return redirect("dashboard" if actor.pk == membership.pk else "team")


@requires(Ability.EXPORT)
@require_safe
def tenant_export(request: HttpRequest) -> HttpResponseBase:
    """Give an owner everything of the company as one JSON file."""
    tenant = _owned_tenant(request)
    name = f"{tenant.slug}-{timezone.localdate():%Y-%m-%d}.json"
    note_team(tenant.pk, "exported everything", actor=current_user(request).email)
    request.session[_exported(tenant)] = True
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(export_tenant(tenant), content_type="application/json", headers=headers)


@requires(Ability.MANAGE)
@reauthentication_required  # type: ignore[untyped-decorator]  # django-allauth carries no types
@require_http_methods(["GET", "HEAD", "POST"])
def tenant_close(request: HttpRequest) -> HttpResponse:
    """Close the company's account, once its export was taken and its name typed."""
    tenant = _owned_tenant(request)
    is_exported = bool(request.session.get(_exported(tenant)))
    form = CloseForm(request.POST or None, name=tenant.name, is_exported=is_exported)
    if form.is_bound and form.is_valid():
        close_tenant(tenant=tenant, owner=current_membership(request))
        request.session.pop(SESSION_KEY, None)
        messages.success(request, f"{tenant.name} is closed. Its syncs are stopped and its credentials are wiped.")
        return redirect("public_home")
    page = {"form": form, "is_exported": is_exported}
    return render(request, "tenants/close.html", page, status=422 if form.errors else 200)


@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # django-allauth carries no types
@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    """Delete one's own account, unless a company would be left without an owner."""
    user = current_user(request)
    form = DeleteForm(request.POST or None, email=user.email)
    if form.is_bound and form.is_valid():
        try:
            delete_user(user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            logout(request)
            messages.success(request, "Your account is deleted.")
            return redirect("public_home")
    page = {"form": form, "sole": sole_ownerships(user)}
    return render(request, "account/delete.html", page, status=422 if form.errors else 200)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person join: at once when signed in, else by signing up or in first."""
    invitation = find_invitation(token)
    if invitation is None:
        return render(request, "tenants/invitation_gone.html", status=404)
    if not request.user.is_authenticated:
        return _meet_visitor(request, invitation)
    user = current_user(request)
    if user.email != invitation.email:
        return render(request, "tenants/invitation_other.html", {"invitation": invitation}, status=403)
    if request.method == "POST":
        membership = accept_invitation(invitation=invitation, user=user)
        request.session[SESSION_KEY] = membership.tenant_id
        messages.success(request, f"Welcome to {membership.tenant.name}.")
        return redirect("dashboard")
    return render(request, "tenants/invitation.html", {"invitation": invitation})


def _owned_tenant(request: HttpRequest) -> Tenant:
    if current_membership(request).role != Role.OWNER:
        raise PermissionDenied("Only an owner takes everything out, or closes the account.")
    return current_tenant(request)


def _exported(tenant: Tenant) -> str:
    return f"exported:{tenant.pk}"


def _meet_visitor(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    # Whoever holds the token has read that mailbox: the address needs no second proof at sign-up.
    request.session[INVITATION_KEY] = invitation.pk
    get_adapter(request).stash_verified_email(request, invitation.email)
    return render(request, "tenants/invitation.html", {"invitation": invitation})


def _send_invitation(request: HttpRequest, invitation: Invitation, token: str) -> None:
    link = request.build_absolute_uri(reverse("invitation_accept", args=[token]))
    letter = {"invitation": invitation, "link": link, "days": INVITATION_DAYS}
    get_adapter(request).send_mail("tenants/email/invitation", invitation.email, letter)


def _member_or_404(request: HttpRequest, pk: int) -> Membership:
    members = Membership.objects.for_tenant(current_tenant(request)).select_related("user", "tenant")
    return get_object_or_404(members, pk=pk)


def _render_team(request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    tenant, actor = current_tenant(request), current_membership(request)
    page = {
        "members": Membership.objects.for_tenant(tenant).select_related("user").order_by("user__email"),
        "invitations": Invitation.objects.for_tenant(tenant).filter(accepted_at=None).order_by("email"),
        "form": form,
        "assignable": assignable_roles(actor.role),
        "role_sentences": [(role.label, sentence) for role, sentence in ROLE_SENTENCES.items()],
    }
    return render(request, "tenants/team.html", page, status=status)
