-- Tables that are listed in a publication. `uses`: the columns that are listed or filtered by.
SELECT n.nspname::text AS schema,
       c.relname::text AS on_table,
       p.pubname::text AS name,
       array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) AS columns,
       pg_get_expr(r.prqual, r.prrelid) AS filter,
       array(SELECT DISTINCT a.attname::text
             FROM pg_depend x JOIN pg_attribute a ON a.attrelid = x.refobjid AND a.attnum = x.refobjsubid
             WHERE x.classid = 'pg_publication_rel'::regclass AND x.objid = r.oid
               AND x.refclassid = 'pg_class'::regclass AND x.refobjid = c.oid AND x.refobjsubid > 0) AS uses
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e'
                    AND (e.classid, e.objid) IN (('pg_class'::regclass, c.oid), ('pg_publication'::regclass, p.oid)))
