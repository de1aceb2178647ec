"""Reads of the trail for people: attempts of a run or a record, and what they hold, without secrets."""

import json
from decimal import Decimal
from typing import Any

import simplejson
from django.db import models
from django.db.models.expressions import RawSQL

from audit.models import Attempt, ConfigChange, Run
from audit.redact import redact, redact_text
from audit.tenancy import HasId

_ONLY_LOOKED = RawSQL(
    "audit_run.trigger = 'recovery' AND audit_run.state = 'done' "
    """AND NOT audit_run.counts @? '$.*.keyvalue() ? (@.key != "awaiting_posting")'""",
    [],
    output_field=models.BooleanField(),
)


def telling(runs: models.QuerySet[Run]) -> models.QuerySet[Run]:
    """Leave out follow-ups that only looked whether documents are posted or approved by now, and saw nothing new."""
    return runs.exclude(_ONLY_LOOKED)


def attempts_of_run(run: Run) -> models.QuerySet[Attempt]:
    """Give a run's attempts without their drafts and answers, which may be long."""
    attempts: models.QuerySet[Attempt] = Attempt.objects.for_tenant(run.tenant_id).filter(run=run)
    return attempts.defer("draft", "answer")


def attempts_of_record(tenant: HasId | int, record_id: int) -> models.QuerySet[Attempt]:
    """Give all attempts at a record, drafts and answers included."""
    attempts: models.QuerySet[Attempt] = Attempt.objects.for_tenant(tenant).filter(record_id=record_id)
    return attempts


def changes_of(tenant: HasId | int, subject: str) -> models.QuerySet[ConfigChange]:
    """Give what people changed about a subject, such as “sync 3”, newest first."""
    changes: models.QuerySet[ConfigChange] = ConfigChange.objects.for_tenant(tenant).filter(subject=subject)
    return changes.order_by("-id")


def readable(text: str) -> str:
    """Give JSON text indented and without secrets; what is no JSON comes as it is, without secrets."""
    try:
        content = json.loads(text, parse_float=Decimal)
    except ValueError:
        return redact_text(text)
    return written(content)


def parsed(text: str) -> Any:
    """Give JSON text as values without secrets, numbers exact; None for what is no JSON."""
    try:
        return redact(json.loads(text, parse_float=Decimal))
    except ValueError:
        return None


def drafted(text: str) -> Any:
    """Give a draft's values without secrets. The token of its aim is a digest of ours and shown as `details`."""
    draft = parsed(text)
    if isinstance(draft, dict) and isinstance(draft.get("aim"), dict) and "token" in draft["aim"]:
        aim = json.loads(text)["aim"]
        draft["aim"] = {**{name: one for name, one in draft["aim"].items() if name != "token"}, "details": aim["token"]}
    return draft


def written(content: Any) -> str:
    """Write values as indented JSON without secrets."""
    shown: str = simplejson.dumps(redact(content), indent=2, use_decimal=True, ensure_ascii=False, default=str)
    return shown
