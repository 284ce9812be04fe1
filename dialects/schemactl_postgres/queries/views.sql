-- Views and materialized views.
SELECT c.oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       c.relkind = 'm' AS materialized,
       pg_get_viewdef(c.oid) AS query,
       c.relispopulated AS with_data,
       c.reloptions AS storage,
       t.reloptions AS toast_storage,
       t.oid IS NOT NULL AS has_toast,
       nullif(m.amname, 'heap')::text AS access_method,
       c.reltablespace <> 0 AS in_tablespace,
       ARRAY(SELECT e.extname::text FROM pg_depend x JOIN pg_extension e ON e.oid = x.refobjid
             WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'x' ORDER BY e.extname) AS extensions,
       d.description AS comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relkind IN ('v', 'm')
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
