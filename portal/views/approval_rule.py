"""The two-person rule of a company: what it asks a second person for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.queries import changes_of
from integrations.approvals.gate import rule_of
from integrations.approvals.rule import FLAGS, Settings, change_rule, is_looser, settings_of
from integrations.errors import ConfigurationError
from integrations.models import Action
from portal.approvals.changing import WORDS, rule_change
from portal.approvals.deciding import ask_for
from portal.approvals.people import eligible_for
from portal.forms.approvals import RuleForm
from portal.models import Tenant, User
from portal.permissions import Ability
from portal.tenancy import current_membership, current_tenant, current_user, requires
from portal.views.approvals import ASKED

CHANGES_SHOWN = 10


@requires(Ability.VIEW)
@require_safe
def approval_rule(request: HttpRequest) -> HttpResponse:
    """Show what asks for a second person, and who could approve it."""
    tenant = current_tenant(request)
    now = settings_of(rule_of(tenant.pk))
    form = RuleForm(initial=_initial(now), before=now, lonely=_lonely(_people(tenant)))
    return _page(request, form)


@requires(Ability.MANAGE)
@require_POST
def approval_rule_choose(request: HttpRequest) -> HttpResponse:
    """Set the rule: what is tighter counts at once, what is looser is asked of a second person."""
    tenant = current_tenant(request)
    before = settings_of(rule_of(tenant.pk))
    form = RuleForm(request.POST, before=before, lonely=_lonely(_people(tenant)))
    if not form.is_valid():
        return _page(request, form, status=422)
    wanted = form.settings()
    try:
        if is_looser(before, wanted):
            made = rule_change(tenant, {"settings": wanted.dumped()})
            asked = ask_for(made, membership=current_membership(request), reason=form.cleaned_data["reason"])
            messages.success(request, ASKED)
            return redirect("approval_detail", pk=asked.pk)
        is_new = change_rule(tenant_id=tenant.pk, wanted=wanted, actor=current_user(request).email)
    except ConfigurationError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return _page(request, form, status=422)
    messages.success(request, "Saved. It counts from now on." if is_new else "It says so already.")
    return redirect("approval_rule")


def _initial(now: Settings) -> dict[str, object]:
    shown = {flag: getattr(now, flag) for flag in FLAGS}
    amount = f"{now.amount:.2f}" if now.currency else ""
    return {**shown, "amount": amount, "currency": now.currency, "lapse_days": now.lapse_days}


def _people(tenant: Tenant) -> dict[str, list[User]]:
    """Give, by action, who may ask for it and approve it."""
    return {action.value: eligible_for(tenant, action) for action in Action}


def _lonely(people: dict[str, list[User]]) -> dict[str, list[User]]:
    return {action: found for action, found in people.items() if len(found) < 2}


def _page(request: HttpRequest, form: RuleForm, status: int = 200) -> HttpResponse:
    tenant = current_tenant(request)
    rule, people = rule_of(tenant.pk), _people(tenant)
    words = {**WORDS, Action.RULE.value: "Loosen this rule, once it is on"}
    page = {
        "form": form,
        "rule": rule,
        "people": [(word, people[action], len(people[action]) < 2) for action, word in words.items()],
        "facts": _facts(rule_of(tenant.pk).is_on, settings_of(rule)),
        "changes": changes_of(tenant, "two-person rule")[:CHANGES_SHOWN],
    }
    return render(request, "approvals/rule.html", page, status=status)


def _facts(is_on: bool, now: Settings) -> list[tuple[str, str]]:
    facts = [(word, "two people" if getattr(now, flag) else "one person") for flag, word in WORDS.items()]
    if now.replay:
        facts.append(("Amount", f"above {now.amount:,.2f} {now.currency}"))
    return [*facts, ("Requests lapse after", f"{now.lapse_days} days")] if is_on else facts
