-- Who may do what: a row for each privilege of each object that has an access list of its own. An object without one
-- is here, in one row, where it is not the asker's own. No grantee is PUBLIC; no privilege: nothing is granted at all.
WITH extension AS (
    SELECT e.classid, e.objid FROM pg_depend e WHERE e.deptype = 'e'
), granted_column AS (
    SELECT a.attrelid, a.attname::text AS name, a.attacl FROM pg_attribute a
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
), object (kind, schema, name, owner, list, letter, catalogue, oid) AS (
    SELECT CASE WHEN c.relkind = 'S' THEN 'sequence' WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
           n.nspname::text, c.relname::text, c.relowner, c.relacl,
           (CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END)::"char", 'pg_class'::regclass, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND n.oid = ANY (current_setting('schemactl.schemas')::oid[])
    UNION ALL
    SELECT 'schema', '', n.nspname::text, n.nspowner,
           -- The schema public that a database comes with is open to PUBLIC; one that was made anew is like any other.
           CASE WHEN n.nspname = 'public' THEN coalesce(n.nspacl, acldefault('n', n.nspowner)) ELSE n.nspacl END,
           'n', 'pg_namespace'::regclass, n.oid
    FROM pg_namespace n WHERE n.oid = ANY (current_setting('schemactl.schemas')::oid[])
    UNION ALL
    SELECT 'type', n.nspname::text, t.typname::text, t.typowner, t.typacl, 'T', 'pg_type'::regclass, t.oid
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE n.oid = ANY (current_setting('schemactl.schemas')::oid[])
      -- A domain over an array is in the category of arrays.
      AND (t.typcategory <> 'A' OR t.typtype = 'd') AND t.typtype <> 'm' AND coalesce(c.relkind, 'c') = 'c'
    UNION ALL
    SELECT 'routine', n.nspname::text,
           p.proname || '(' || coalesce((SELECT string_agg(format_type(t, NULL), ', ' ORDER BY place)
                                         FROM unnest(p.proargtypes) WITH ORDINALITY u (t, place)), '') || ')',
           p.proowner, p.proacl, 'f', 'pg_proc'::regclass, p.oid
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.oid = ANY (current_setting('schemactl.schemas')::oid[])
      AND NOT EXISTS (SELECT FROM pg_depend d   -- what a range type makes comes and goes with it
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
    UNION ALL
    SELECT 'foreign data wrapper', '', x.fdwname::text, x.fdwowner, x.fdwacl, 'F', 'pg_foreign_data_wrapper'::regclass, x.oid
    FROM pg_foreign_data_wrapper x WHERE x.oid >= 16384
    UNION ALL
    SELECT 'foreign server', '', x.srvname::text, x.srvowner, x.srvacl, 'S', 'pg_foreign_server'::regclass, x.oid
    FROM pg_foreign_server x
), ours AS (
    SELECT o.*, o.list IS NOT NULL
                OR (o.letter = 'r' AND EXISTS (SELECT FROM granted_column g WHERE g.attrelid = o.oid)) AS listed
    FROM object o
    WHERE NOT EXISTS (SELECT FROM extension e WHERE e.classid = o.catalogue AND e.objid = o.oid)
)
SELECT o.kind,
       o.schema,
       o.name,
       w.rolname::text AS owner,
       o.listed,
       x.grantee = 0 AS to_public,
       r.rolname::text AS grantee,
       x.privilege_type AS privilege,
       x.name AS on_column,
       x.is_grantable AS grantable,
       x.grantor = o.owner AS by_owner,
       s.relname::text AS owning_table,
       a.attname::text AS owning_column
FROM ours o
JOIN pg_roles w ON w.oid = o.owner
LEFT JOIN LATERAL (
    SELECT '' AS name, l.* FROM aclexplode(coalesce(o.list, acldefault(o.letter, o.owner))) l
    UNION ALL
    SELECT g.name, l.* FROM granted_column g, aclexplode(g.attacl) l WHERE o.letter = 'r' AND g.attrelid = o.oid
) x ON o.listed
LEFT JOIN pg_roles r ON r.oid = x.grantee
LEFT JOIN pg_depend d ON o.letter = 's' AND o.listed AND d.classid = 'pg_class'::regclass AND d.objid = o.oid
                     AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class s ON s.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE o.listed OR w.rolname <> current_user
