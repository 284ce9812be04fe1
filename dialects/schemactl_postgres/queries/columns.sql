-- Columns of tables, in their order. What is as the column's type has it is NULL.
SELECT a.attrelid AS relation,
       a.attnum AS position,
       a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       nullif(en.nspname, 'pg_catalog')::text AS element_schema,
       CASE WHEN en.nspname <> 'pg_catalog' THEN e.typname::text END AS element_name,
       a.attnotnull AS not_null,
       a.attislocal AS own,
       nullif(a.attidentity, '')::text AS identity,
       nullif(a.attgenerated, '')::text AS generated,
       pg_get_expr(f.adbin, f.adrelid) AS expression,
       ln.nspname::text AS collation_schema,
       l.collname::text AS collation_name,
       nullif(a.attstorage, t.typstorage)::text AS storage,
       nullif(a.attcompression, '')::text AS compression,
       nullif(a.attstattarget, -1)::int AS statistics,
       -- Since 17.12 the server keeps a mark of its own among them.
       ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE NOT starts_with(o, 'pg_attver=')) AS settings,
       a.attfdwoptions AS foreign_options,
       d.description AS comment
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
JOIN pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE c.relkind IN ('r', 'p', 'f')
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
