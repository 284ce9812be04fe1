-- Columns of views and materialized views, in their order. `refused` says what the model cannot hold of one.
SELECT a.attrelid AS relation,
       a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       ln.nspname::text AS collation_schema,
       l.collname::text AS collation_name,
       CASE WHEN a.atthasdef THEN 'a default of a view''s column'
            WHEN c.relkind <> 'm' THEN NULL
            WHEN a.attstorage <> t.typstorage THEN 'the storage of a materialized view''s column'
            WHEN a.attcompression <> '' THEN 'the compression of a materialized view''s column'
            WHEN nullif(a.attstattarget, -1) IS NOT NULL THEN 'the statistics target of a materialized view''s column'
            -- Since 17.12 the server keeps a mark of its own among them.
            WHEN EXISTS (SELECT FROM unnest(a.attoptions) o WHERE NOT starts_with(o, 'pg_attver=')) THEN 'a materialized view''s column with options (n_distinct)'
       END AS refused,
       d.description AS comment
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE c.relkind IN ('v', 'm')
  AND c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
