"""Payloads of closed attempts may be erased when their time is over: traceably, and with their digests kept."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION audit_erased_draft(draft text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN strpos(draft, chr(92) || 'u0000') > 0 THEN '{}'
                WHEN jsonb_typeof(draft::jsonb) = 'object'
                THEN (jsonb_set(draft::jsonb, '{payload}', '{"erased_payload": true}') #- '{facts,name}')::text
                ELSE '{}' END
$$;

CREATE FUNCTION audit_text_digest(told text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(told, 'UTF8')), 'hex')
$$;

CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing text[] := ARRAY['draft', 'answer', 'draft_digest', 'answer_digest', 'erased_by_id'];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'The audit trail cannot be emptied.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Attempt % belongs to the audit trail and cannot be deleted.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        IF OLD.erased_by_id IS NULL
           AND EXISTS (SELECT 1 FROM audit_configchange c WHERE c.id = NEW.erased_by_id
                       AND c.tenant_id = OLD.tenant_id AND c.action = 'erased payloads')
           AND NEW.answer = '' AND NEW.draft = audit_erased_draft(OLD.draft)
           AND NEW.draft_digest = audit_text_digest(OLD.draft) AND NEW.answer_digest = audit_text_digest(OLD.answer)
           AND to_jsonb(NEW) - changing = to_jsonb(OLD) - changing THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'Attempt % is closed and cannot change.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.tenant_id, NEW.run_id, NEW.record_id, NEW.idempotency_key, NEW.draft, NEW.opened_at,
        NEW.draft_digest, NEW.answer_digest, NEW.erased_by_id)
       IS DISTINCT FROM (OLD.tenant_id, OLD.run_id, OLD.record_id, OLD.idempotency_key, OLD.draft, OLD.opened_at,
        OLD.draft_digest, OLD.answer_digest, OLD.erased_by_id) THEN
        RAISE EXCEPTION 'Attempt % may only be answered and closed.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""

UNGUARD = """
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'The audit trail cannot be emptied.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Attempt % belongs to the audit trail and cannot be deleted.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'Attempt % is closed and cannot change.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.tenant_id, NEW.run_id, NEW.record_id, NEW.idempotency_key, NEW.draft, NEW.opened_at)
       IS DISTINCT FROM (OLD.tenant_id, OLD.run_id, OLD.record_id, OLD.idempotency_key, OLD.draft, OLD.opened_at) THEN
        RAISE EXCEPTION 'Attempt % may only be answered and closed.', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION audit_text_digest(text);
DROP FUNCTION audit_erased_draft(text);
"""


class Migration(migrations.Migration):
    """Seals made before keep their way of digesting (scheme 1); what they cover stays as it is."""

    dependencies = [("audit", "0006_days")]

    operations = [
        migrations.AddField("attempt", "draft_digest", models.CharField(blank=True, db_default="", max_length=64)),
        migrations.AddField("attempt", "answer_digest", models.CharField(blank=True, db_default="", max_length=64)),
        migrations.AddField(
            "attempt",
            "erased_by",
            models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="audit.configchange",
            ),
        ),
        migrations.AddIndex(
            "attempt",
            models.Index(
                condition=models.Q(("erased_by__isnull", False)), fields=["erased_by", "id"], name="attempt_erased"
            ),
        ),
        migrations.AddField("seal", "scheme", models.PositiveSmallIntegerField(db_default=1)),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
