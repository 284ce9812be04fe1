-- Collations of the schemas. What a locale's column is called differs by version, so it is taken from the whole row.
SELECT n.nspname::text AS schema,
       c.collname::text AS name,
       c.collprovider::text AS provider,
       CASE WHEN c.collprovider <> 'c'
            THEN coalesce(r.row ->> 'colllocale', r.row ->> 'colliculocale', c.collcollate::text) END AS locale,
       CASE WHEN c.collprovider = 'c' THEN c.collcollate::text END AS lc_collate,
       CASE WHEN c.collprovider = 'c' THEN c.collctype::text END AS lc_ctype,
       c.collisdeterministic AS deterministic,
       r.row ->> 'collicurules' AS rules,
       d.description AS comment
FROM pg_collation c
CROSS JOIN LATERAL (SELECT to_jsonb(c) AS row) r
JOIN pg_namespace n ON n.oid = c.collnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_collation'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.collnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_collation'::regclass AND e.objid = c.oid AND e.deptype = 'e')
