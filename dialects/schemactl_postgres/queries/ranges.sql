-- Range types. What is the subtype's own (operator class, collation), or is not given, is NULL.
SELECT n.nspname::text AS schema,
       t.typname::text AS name,
       format_type(r.rngsubtype, NULL) AS subtype,
       nullif(en.nspname, 'pg_catalog')::text AS element_schema,
       CASE WHEN en.nspname <> 'pg_catalog' THEN e.typname::text END AS element_name,
       m.typname::text AS multirange,
       cn.nspname::text AS opclass_schema,
       c.opcname::text AS opclass_name,
       ln.nspname::text AS collation_schema,
       l.collname::text AS collation_name,
       fn.nspname::text AS canonical_schema,
       f.proname::text AS canonical_name,
       gn.nspname::text AS difference_schema,
       g.proname::text AS difference_name,
       d.description AS comment
FROM pg_range r
JOIN pg_type t ON t.oid = r.rngtypid
JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type s ON s.oid = r.rngsubtype
JOIN pg_type e ON e.oid = CASE WHEN s.typcategory = 'A' AND s.typelem <> 0 THEN s.typelem ELSE s.oid END
JOIN pg_namespace en ON en.oid = e.typnamespace
JOIN pg_type m ON m.oid = r.rngmultitypid
LEFT JOIN pg_opclass c ON c.oid = r.rngsubopc AND NOT c.opcdefault
LEFT JOIN pg_namespace cn ON cn.oid = c.opcnamespace
LEFT JOIN pg_collation l ON l.oid = r.rngcollation AND r.rngcollation <> s.typcollation
LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
LEFT JOIN pg_proc f ON f.oid = r.rngcanonical
LEFT JOIN pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_proc g ON g.oid = r.rngsubdiff
LEFT JOIN pg_namespace gn ON gn.oid = g.pronamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
WHERE t.typnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend x
                  WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')
