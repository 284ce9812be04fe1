-- Indexes of tables and materialized views, those of constraints too, before 15.
SELECT i.indexrelid AS oid,
       i.indrelid AS relation,
       c.relname::text AS name,
       EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid) AS inherited,
       i.indisunique AS is_unique,
       i.indisvalid AS valid,
       m.amname::text AS method,
       false AS nulls_not_distinct,
       c.reloptions AS storage,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       CASE WHEN i.indexprs IS NOT NULL THEN pg_get_indexdef(i.indexrelid) END AS definition,
       i.indisclustered AS clustered,
       i.indisreplident AS replica_identity,
       c.reltablespace <> 0 AS in_tablespace,
       ARRAY(SELECT e.extname::text FROM pg_depend x JOIN pg_extension e ON e.oid = x.refobjid
             WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'x' ORDER BY e.extname) AS extensions,
       d.description AS comment
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE t.relkind IN ('m', 'p', 'r')
  AND t.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
