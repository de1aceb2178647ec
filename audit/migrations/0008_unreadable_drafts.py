"""Drafts that hold escapes PostgreSQL cannot write, such as half a surrogate pair, are read and erased like others."""

from django.db import migrations

READ = r"""
CREATE FUNCTION audit_read_draft(draft text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    BEGIN
        RETURN draft::jsonb;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN regexp_replace(
            draft, '(?<!\\)((?:\\\\)*)\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\1\\ufffd', 'g')::jsonb;
    END;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN '{}'::jsonb;
END $$;

CREATE OR REPLACE FUNCTION audit_erased_draft(draft text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(told) = 'object' AND told <> '{}'::jsonb
                THEN (jsonb_set(told, '{payload}', '{"erased_payload": true}') #- '{facts,name}')::text
                ELSE '{}' END
    FROM (SELECT audit_read_draft(draft) AS told) AS readable
$$;
"""

UNREAD = """
CREATE OR REPLACE FUNCTION audit_erased_draft(draft text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN strpos(draft, chr(92) || 'u0000') > 0 THEN '{}'
                WHEN jsonb_typeof(draft::jsonb) = 'object'
                THEN (jsonb_set(draft::jsonb, '{payload}', '{"erased_payload": true}') #- '{facts,name}')::text
                ELSE '{}' END
$$;
DROP FUNCTION audit_read_draft(text);
"""


class Migration(migrations.Migration):
    """What was erased before stays as it is: its digest covers what stands there, not how it came about."""

    dependencies = [("audit", "0007_erasing")]

    operations = [migrations.RunSQL(READ, UNREAD)]
