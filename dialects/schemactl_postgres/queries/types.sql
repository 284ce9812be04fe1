-- Enums of the schemas, with their values; of all other types, in whatever schema, the name alone.
SELECT n.nspname::text AS schema,
       t.typname::text AS name,
       CASE WHEN t.typtype = 'e' AND e.objid IS NULL AND t.typnamespace = ANY (current_setting('schemactl.schemas')::oid[])
            THEN ARRAY(SELECT v.enumlabel::text FROM pg_enum v WHERE v.enumtypid = t.oid ORDER BY v.enumsortorder)
       END AS enum_values,
       d.description AS comment
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_depend e ON e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e'
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE n.nspname !~ '^pg_'
  AND (n.nspname <> 'information_schema' OR t.typrelid = 0)
  AND t.typcategory <> 'A'
