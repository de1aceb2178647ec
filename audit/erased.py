"""What was erased from the trail, and whether it was erased as its sealed change says."""

import hashlib
from collections.abc import Sequence

from django.db import connection
from django.db.models import Count

from audit.models import Attempt, ConfigChange

ERASED = "erased payloads"
_ROWS = (
    "SELECT id, sha256(convert_to(concat_ws(chr(31), id, {draft}, {draft_digest}, {answer_digest}), 'UTF8')) "
    "FROM audit_attempt WHERE {which} ORDER BY id"
)
AFTERWARDS = {"draft": "draft", "draft_digest": "draft_digest", "answer_digest": "answer_digest"}
BEFOREHAND = {
    "draft": "audit_erased_draft(draft)",
    "draft_digest": "audit_text_digest(draft)",
    "answer_digest": "audit_text_digest(answer)",
}


def digest_of_erased(which: str, params: Sequence[int | list[int]], columns: dict[str, str]) -> tuple[int, str]:
    """Count and digest attempts as they are after their erasure: read from them, or worked out beforehand."""
    whole, count = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(which=which, **columns), list(params))
        for _, row_digest in cursor:
            whole.update(bytes(row_digest))
            count += 1
    return count, whole.hexdigest()


def erasure_fault(tenant_id: int) -> str:
    """Say what is wrong with a company's erasures; empty where each is as its change says, and none is without one."""
    counted = Attempt.objects.filter(tenant_id=tenant_id, erased_by__isnull=False).values_list("erased_by")
    found = dict(counted.annotate(number=Count("id")))
    for change in ConfigChange.objects.filter(tenant_id=tenant_id, action=ERASED).order_by("id"):
        found.pop(change.pk, None)
        said = (change.details.get("attempts"), change.details.get("digest"))
        if digest_of_erased("erased_by_id = %s", [change.pk], AFTERWARDS) != said:
            return f"what configuration change {change.pk} erased is not what it says"
    return f"attempts name configuration change {min(found)} as what erased them, which it did not" if found else ""
