"""Closed attempts never change and nothing of the trail is deleted one by one: the database itself refuses it."""

from django.db import migrations

GUARD = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER audit_attempt_guard BEFORE UPDATE OR DELETE ON audit_attempt
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_attempt_keep BEFORE TRUNCATE ON audit_attempt
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE FUNCTION audit_refuse_any() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or deleted.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_seal_guard BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_refuse_any();
CREATE TRIGGER audit_change_guard BEFORE UPDATE OR DELETE ON audit_configchange FOR EACH ROW EXECUTE FUNCTION audit_refuse_any();
CREATE TRIGGER audit_seal_keep BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_any();
CREATE TRIGGER audit_change_keep BEFORE TRUNCATE ON audit_configchange FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_any();
"""

UNGUARD = """
DROP TRIGGER audit_attempt_guard ON audit_attempt;
DROP TRIGGER audit_attempt_keep ON audit_attempt;
DROP TRIGGER audit_seal_guard ON audit_seal;
DROP TRIGGER audit_change_guard ON audit_configchange;
DROP TRIGGER audit_seal_keep ON audit_seal;
DROP TRIGGER audit_change_keep ON audit_configchange;
DROP FUNCTION audit_refuse_change();
DROP FUNCTION audit_refuse_any();
"""


class Migration(migrations.Migration):
    """Put the guards on."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
