-- Domains. A collation is NULL where it is the base type's own.
SELECT t.oid,
       n.nspname::text AS schema,
       t.typname::text AS name,
       format_type(t.typbasetype, t.typtypmod) AS type,
       nullif(en.nspname, 'pg_catalog')::text AS element_schema,
       CASE WHEN en.nspname <> 'pg_catalog' THEN e.typname::text END AS element_name,
       t.typnotnull AS not_null,
       pg_get_expr(t.typdefaultbin, 0) AS expression,
       ln.nspname::text AS collation_schema,
       l.collname::text AS collation_name,
       d.description AS comment
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
JOIN pg_type e ON e.oid = CASE WHEN b.typcategory = 'A' AND b.typelem <> 0 THEN b.typelem ELSE b.oid END
JOIN pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_collation l ON l.oid = t.typcollation AND t.typcollation <> b.typcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE t.typtype = 'd'
  AND t.typnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend x
                  WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')
