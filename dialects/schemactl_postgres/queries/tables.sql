-- Tables of all sorts. `leaving`: a partition whose DETACH CONCURRENTLY was not finished.
SELECT c.oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid AND h.inhdetachpending) AS leaving,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
       ARRAY(SELECT hn.nspname::text FROM pg_inherits h JOIN pg_class hc ON hc.oid = h.inhparent
             JOIN pg_namespace hn ON hn.oid = hc.relnamespace
             WHERE h.inhrelid = c.oid ORDER BY h.inhseqno) AS parent_schemas,
       ARRAY(SELECT hc.relname::text FROM pg_inherits h JOIN pg_class hc ON hc.oid = h.inhparent
             WHERE h.inhrelid = c.oid ORDER BY h.inhseqno) AS parent_names,
       tn.nspname::text AS of_schema,
       ot.typname::text AS of_name,
       c.relpersistence = 'u' AS unlogged,
       c.reloptions AS storage,
       t.reloptions AS toast_storage,
       t.oid IS NOT NULL AS has_toast,
       nullif(m.amname, 'heap')::text AS access_method,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security,
       c.relreplident::text AS replica_identity,
       c.reltablespace <> 0 AS in_tablespace,
       f.srvname::text AS foreign_server,
       g.ftoptions AS foreign_options,
       d.description AS comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_type ot ON ot.oid = c.reloftype
LEFT JOIN pg_namespace tn ON tn.oid = ot.typnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_foreign_table g ON g.ftrelid = c.oid
LEFT JOIN pg_foreign_server f ON f.oid = g.ftserver
LEFT JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'f')
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
