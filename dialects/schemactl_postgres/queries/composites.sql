-- Composite types that stand by themselves, one row an attribute; one without attributes has a row of NULLs.
SELECT c.oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       td.description AS comment,
       a.attname::text AS attribute,
       format_type(a.atttypid, a.atttypmod) AS type,
       nullif(en.nspname, 'pg_catalog')::text AS element_schema,
       CASE WHEN en.nspname <> 'pg_catalog' THEN e.typname::text END AS element_name,
       ln.nspname::text AS collation_schema,
       l.collname::text AS collation_name,
       ad.description AS attribute_comment
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_description td ON td.classoid = 'pg_type'::regclass AND td.objoid = c.reltype AND td.objsubid = 0
LEFT JOIN pg_description ad ON ad.classoid = 'pg_class'::regclass AND ad.objoid = c.oid AND ad.objsubid = a.attnum
WHERE c.relkind = 'c'
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend x
                  WHERE x.classid = 'pg_type'::regclass AND x.objid = c.reltype AND x.deptype = 'e')
ORDER BY c.oid, a.attnum
