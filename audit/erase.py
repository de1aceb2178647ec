"""The only way anything leaves the trail: payloads are erased, on record, and the chain over them still holds."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from audit.erased import BEFOREHAND, ERASED, digest_of_erased
from audit.record import change_config

_ERASE = f"""
UPDATE audit_attempt SET
    draft = {BEFOREHAND["draft"]}, draft_digest = {BEFOREHAND["draft_digest"]},
    answer = '', answer_digest = {BEFOREHAND["answer_digest"]}, erased_by_id = %s
WHERE tenant_id = %s AND id = ANY(%s)
"""  # noqa: S608 - the columns are ours
_SEALED_AS_TEXT = """
SELECT a.id FROM audit_attempt a
WHERE a.tenant_id = %s AND a.id = ANY(%s) AND (a.closed_at IS NULL OR a.erased_by_id IS NOT NULL OR EXISTS (
    SELECT 1 FROM audit_seal s
    WHERE s.run_id = a.run_id AND s.scheme = 1 AND a.id BETWEEN s.first_attempt_id AND s.last_attempt_id))
"""


def erase_payloads(*, tenant_id: int, attempt_ids: Sequence[int], actor: str, why: dict[str, Any]) -> int:
    """Erase what closed attempts sent and were answered, and give how many; all that identifies them is kept.

    Their digests stay, so that `verify` still proves every other column, and a copy kept elsewhere. Left out are open
    attempts, those erased before, and those whose seal was made over the texts themselves.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SEALED_AS_TEXT, [tenant_id, list(attempt_ids)])
        left_out = {pk for (pk,) in cursor.fetchall()}
        ids = sorted(set(attempt_ids) - left_out)
        count, digest = digest_of_erased("tenant_id = %s AND id = ANY(%s)", [tenant_id, ids], BEFOREHAND)
        if not count:
            return 0
        details = {**why, "attempts": count, "digest": digest}
        change = change_config(tenant_id=tenant_id, actor=actor, subject="retention", action=ERASED, details=details)
        cursor.execute(_ERASE, [change.pk, tenant_id, ids])
        return count
