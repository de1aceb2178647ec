"""A published version and the value map entries it pins never change: the database itself refuses it."""

from django.db import migrations

GUARD = """
CREATE FUNCTION mappings_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'Version % of mapping % was published and cannot be deleted.', OLD.version, OLD.flow
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.tenant_id, NEW.sync_id, NEW.flow, NEW.version)
       IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.sync_id, OLD.flow, OLD.version) THEN
        RAISE EXCEPTION 'Version % of mapping % keeps its sync, flow and number.', OLD.version, OLD.flow
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'draft' OR (OLD.status = 'published' AND NEW.status = 'retired'
       AND to_jsonb(NEW) - 'status' - 'retired_at' = to_jsonb(OLD) - 'status' - 'retired_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Version % of mapping % was published and cannot change.', OLD.version, OLD.flow
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER mappings_mapping_guard BEFORE UPDATE OR DELETE ON mappings_mapping
    FOR EACH ROW EXECUTE FUNCTION mappings_keep_version();

CREATE FUNCTION mappings_keep_map() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.pinned_revision > 0 THEN
            RAISE EXCEPTION 'Value map % is used by a published mapping and cannot be deleted.', OLD.name
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.tenant_id, NEW.sync_id, NEW.name, NEW.key_labels)
       IS DISTINCT FROM (OLD.id, OLD.tenant_id, OLD.sync_id, OLD.name, OLD.key_labels)
       OR NEW.revision < OLD.revision OR NEW.pinned_revision < OLD.pinned_revision THEN
        RAISE EXCEPTION 'Value map % keeps its sync, name and columns, and its revisions only grow.', OLD.name
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mappings_valuemap_guard BEFORE UPDATE OR DELETE ON mappings_valuemap
    FOR EACH ROW EXECUTE FUNCTION mappings_keep_map();

CREATE FUNCTION mappings_keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE pinned integer;
BEGIN
    SELECT pinned_revision INTO pinned FROM mappings_valuemap WHERE id = OLD.value_map_id FOR SHARE;
    IF TG_OP = 'DELETE' THEN
        IF OLD.added_in <= pinned THEN
            RAISE EXCEPTION 'Entry % is used by a published mapping and cannot be deleted.', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.removed_in IS NOT NULL OR NEW.removed_in IS NULL OR NEW.removed_in <= pinned
       OR to_jsonb(NEW) - 'removed_in' - 'removed_by' - 'removed_at'
          <> to_jsonb(OLD) - 'removed_in' - 'removed_by' - 'removed_at' THEN
        RAISE EXCEPTION 'Entry % never changes: it can only be removed in a new revision.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mappings_entry_guard BEFORE UPDATE OR DELETE ON mappings_valuemapentry
    FOR EACH ROW EXECUTE FUNCTION mappings_keep_entry();

CREATE FUNCTION mappings_add_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM mappings_valuemap WHERE id IN (SELECT value_map_id FROM added) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM added JOIN mappings_valuemap AS map ON map.id = added.value_map_id
               WHERE added.added_in <= map.pinned_revision OR added.added_in > map.revision
                  OR added.removed_in IS NOT NULL) THEN
        RAISE EXCEPTION 'Entries are added in the newest revision of their value map, after the last one published.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER mappings_entry_added AFTER INSERT ON mappings_valuemapentry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION mappings_add_entries();
"""

UNGUARD = """
DROP TRIGGER mappings_mapping_guard ON mappings_mapping;
DROP TRIGGER mappings_valuemap_guard ON mappings_valuemap;
DROP TRIGGER mappings_entry_guard ON mappings_valuemapentry;
DROP TRIGGER mappings_entry_added ON mappings_valuemapentry;
DROP FUNCTION mappings_keep_version();
DROP FUNCTION mappings_keep_map();
DROP FUNCTION mappings_keep_entry();
DROP FUNCTION mappings_add_entries();
"""


class Migration(migrations.Migration):
    """Put the guards on."""

    dependencies = [("mappings", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
