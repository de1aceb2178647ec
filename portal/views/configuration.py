"""A sync's configuration as a file: taken out, compared with what stands, taken over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from integrations.approvals.gate import holds
from integrations.engine.configuration import differences, export_sync, import_sync, read_configuration
from integrations.errors import ConfigurationError
from integrations.models import Action
from mappings.errors import InvalidMappingError, MappingStateError
from portal.permissions import Ability
from portal.tenancy import current_user, requires
from portal.views.mappings import PROBLEMS_SHOWN, crumbs_of
from portal.views.syncs import sync_or_404

_MAX_BYTES = 10_000_000


@requires(Ability.CONFIGURE)
@require_safe
def sync_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the configuration as a YAML file; it holds no secret."""
    sync = sync_or_404(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="{sync.pair}.yaml"'}
    return HttpResponse(export_sync(sync), content_type="application/yaml", headers=headers)


@requires(Ability.CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def sync_configuration(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a file would change; take it over when that was seen."""
    sync = sync_or_404(request, pk)
    page: dict[str, object] = {"sync": sync, "crumbs": crumbs_of(sync, "Configuration")}
    page["is_held"] = holds(sync.tenant_id, Action.PUBLISH)
    if request.method != "POST":
        return render(request, "preview/configuration.html", page)
    text, problems = _text(request), list[str]()
    try:
        wanted = read_configuration(text)
        page["lines"] = differences(sync, wanted)
        if request.POST.get("take_over"):
            taken = import_sync(
                sync, wanted, actor=current_user(request).email, publishes=bool(request.POST.get("publishes"))
            )
            messages.success(request, f"Taken over: {len(taken)} differences. What is booked already stays as it is.")
            return redirect("sync_detail", pk=pk)
    except InvalidMappingError as refusal:
        problems = [problem.sentence for problem in refusal.problems[:PROBLEMS_SHOWN]]
    except (ConfigurationError, MappingStateError) as refusal:
        problems = [str(refusal)]
    page |= {"text": text, "problems": problems}
    return render(request, "preview/configuration.html", page, status=422 if problems else 200)


def _text(request: HttpRequest) -> str:
    """Give the file's text: uploaded, or shown back from the comparison."""
    given = request.FILES.get("file")
    if given is None:
        return request.POST.get("text", "").replace("\r\n", "\n")
    return bytes(given.read(_MAX_BYTES + 1)).decode("utf-8-sig", errors="replace")
