-- Bytes of the rows of each table and materialized view, and how many there are thought to be; of a partitioned table,
-- all that its partitions hold. Takes ACCESS SHARE on each for the moment.
WITH RECURSIVE families AS (
    SELECT c.oid AS parent, c.oid AS leaf
    FROM pg_class c
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
        AND c.relnamespace NOT IN (
            SELECT oid FROM pg_namespace WHERE starts_with(nspname, 'pg_') OR nspname = 'information_schema'
        )
    UNION ALL
    SELECT f.parent, i.inhrelid
    FROM families f
    JOIN pg_inherits i ON i.inhparent = f.leaf
)
SELECT
    n.nspname::text AS schema,
    p.relname::text AS name,
    p.relkind = 'm' AS is_view,
    sum(pg_relation_size(c.oid))::bigint AS bytes,
    CASE WHEN min(c.reltuples) FILTER (WHERE c.relkind <> 'p') >= 0
        THEN (sum(c.reltuples) FILTER (WHERE c.relkind <> 'p'))::bigint END AS rows
FROM families f
JOIN pg_class p ON p.oid = f.parent
JOIN pg_namespace n ON n.oid = p.relnamespace
JOIN pg_class c ON c.oid = f.leaf
GROUP BY n.nspname, p.relname, p.relkind;
