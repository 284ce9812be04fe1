-- Extended statistics of ordinary tables.
SELECT n.nspname::text AS schema,
       s.stxname::text AS name,
       tn.nspname::text AS table_schema,
       t.relname::text AS table_name,
       s.stxkind::text[] AS kinds,
       ARRAY(SELECT a.attname::text FROM unnest(s.stxkeys) k (attnum)
             JOIN pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.attnum ORDER BY 1) AS columns,
       pg_get_statisticsobjdef_expressions(s.oid) AS expressions,
       nullif(s.stxstattarget, -1)::int AS target,
       d.description AS comment
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_class t ON t.oid = s.stxrelid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_statistic_ext'::regclass AND d.objoid = s.oid AND d.objsubid = 0
WHERE s.stxnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_statistic_ext'::regclass AND e.objid = s.oid AND e.deptype = 'e')
