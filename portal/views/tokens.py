"""API tokens: the list, making one and showing it this once, revoking."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from integrations.errors import ConfigurationError
from portal.forms.tokens import TokenForm
from portal.models import ApiToken
from portal.permissions import Ability
from portal.tenancy import current_membership, current_tenant, current_user, requires
from portal.tokens import bound_of, make_token, revoke_token, tokens_of
from portal.ui import Copyable, crumbs


@requires(Ability.VIEW)
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    """List the company's API tokens, and offer to make one."""
    return _list(request, TokenForm(maker_role=current_membership(request).role))


@requires(Ability.MANAGE)
@never_cache
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """Make a token and show its text, this once."""
    maker = current_membership(request)
    form = TokenForm(request.POST, maker_role=maker.role)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        token, text = make_token(maker=maker, **form.cleaned_data)
    except ConfigurationError as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return _list(request, form, status=422)
    page = {
        "token": token,
        "shown": Copyable(id="token-text", label="Token", text=text),
        "call": Copyable(
            id="token-call",
            label="A first call",
            text=f'curl -H "Authorization: Bearer {text}" {request.build_absolute_uri("/api/v1/syncs")}',
        ),
        "crumbs": crumbs(("API tokens", reverse("token_list")), token.name),
    }
    return render(request, "tokens/made.html", page)


@requires(Ability.MANAGE)
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token worthless at once."""
    token = get_object_or_404(ApiToken.objects.for_tenant(current_tenant(request)), pk=pk)
    revoke_token(token, actor=current_user(request).email)
    messages.success(request, f"{token.name} no longer works.")
    return redirect("token_list")


def _list(request: HttpRequest, form: TokenForm, status: int = 200) -> HttpResponse:
    page = {"rows": [(token, bound_of(token)) for token in tokens_of(current_tenant(request))], "form": form}
    return render(request, "tokens/list.html", page, status=status)
