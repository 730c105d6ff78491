"""Functions and triggers of the trail; what the migrations install and the verifier looks for."""

from typing import Final

# The cast of text to timestamptz is only STABLE because text may lack a zone; ours always ends in Z.
INSTANT: Final = """
CREATE FUNCTION audit_instant(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT $1::timestamptz $$;
"""
DROP_INSTANT: Final = "DROP FUNCTION audit_instant(text);"

# VOLATILE: the query after the lock takes a new snapshot and sees what the last lock holder committed.
STREAM_HEAD: Final = """
CREATE FUNCTION audit_stream_head(wanted text) RETURNS TABLE (at timestamptz, seq bigint, hash bytea)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted, 6962));
    RETURN QUERY
        SELECT clock_timestamp(), last.stream_seq, last.row_hash
        FROM (VALUES (1)) AS one
        LEFT JOIN LATERAL (
            SELECT e.stream_seq, e.row_hash FROM audit_event e
            WHERE e.stream = wanted ORDER BY e.stream_seq DESC LIMIT 1
        ) AS last ON true;
END $$;
"""
DROP_STREAM_HEAD: Final = "DROP FUNCTION audit_stream_head(text);"

CHAIN: Final = """
CREATE FUNCTION audit_event_check_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
BEGIN
    SELECT e.stream_seq, e.row_hash INTO last_seq, last_hash FROM audit_event e
    WHERE e.stream = NEW.stream ORDER BY e.stream_seq DESC LIMIT 1;
    IF NEW.stream_seq IS DISTINCT FROM coalesce(last_seq, 0) + 1
        OR NEW.prev_hash IS DISTINCT FROM
            coalesce(last_hash, sha256(convert_to('countersign/audit/v1:' || NEW.stream, 'UTF8')))
        OR NEW.row_hash IS DISTINCT FROM
            sha256('\\x00'::bytea || NEW.prev_hash || int8send(NEW.stream_seq)
                || convert_to(NEW.body, 'UTF8'))
        OR (NEW.body::jsonb ->> 'stream') IS DISTINCT FROM NEW.stream
    THEN
        RAISE EXCEPTION 'the event does not continue the chain of stream %', NEW.stream
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_event_chain BEFORE INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_check_chain();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_chain;
"""
DROP_CHAIN: Final = """
DROP TRIGGER audit_event_chain ON audit_event;
DROP FUNCTION audit_event_check_chain();
"""
