-- Row-level security policies, each with what its expressions rest on. A role is NULL for PUBLIC.
SELECT n.nspname::text AS schema,
       c.relname::text AS on_table,
       p.polname::text AS name,
       p.polpermissive AS permissive,
       p.polcmd::text AS command,
       array(SELECT r.rolname::text FROM unnest(p.polroles) o LEFT JOIN pg_roles r ON r.oid = o) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using,
       pg_get_expr(p.polwithcheck, p.polrelid) AS check,
       d.description AS comment,
       array(
           SELECT array['column', rn.nspname, rc.relname, a.attname]::text[]
           FROM pg_depend x
           JOIN pg_class rc ON rc.oid = x.refobjid
           JOIN pg_namespace rn ON rn.oid = rc.relnamespace
           JOIN pg_attribute a ON a.attrelid = x.refobjid AND a.attnum = x.refobjsubid
           WHERE x.classid = 'pg_policy'::regclass AND x.objid = p.oid
             AND x.refclassid = 'pg_class'::regclass AND x.refobjsubid > 0
           UNION
           SELECT array[CASE WHEN rc.relkind IN ('v', 'm') THEN 'view' WHEN rc.relkind = 'S' THEN 'sequence'
                             ELSE 'table' END, rn.nspname, '', rc.relname]::text[]
           FROM pg_depend x
           JOIN pg_class rc ON rc.oid = x.refobjid
           JOIN pg_namespace rn ON rn.oid = rc.relnamespace
           WHERE x.classid = 'pg_policy'::regclass AND x.objid = p.oid AND x.refclassid = 'pg_class'::regclass
           UNION
           SELECT array['routine', fn.nspname, '', f.proname || '(' || coalesce((
                      SELECT string_agg(format_type(t, NULL), ', ' ORDER BY place)
                      FROM unnest(f.proargtypes) WITH ORDINALITY u (t, place)), '') || ')']::text[]
           FROM pg_depend x
           JOIN pg_proc f ON f.oid = x.refobjid
           JOIN pg_namespace fn ON fn.oid = f.pronamespace
           WHERE x.classid = 'pg_policy'::regclass AND x.objid = p.oid AND x.refclassid = 'pg_proc'::regclass
           UNION
           SELECT array['type', tn.nspname, '', t.typname]::text[]
           FROM pg_depend x
           JOIN pg_type t ON t.oid = x.refobjid
           JOIN pg_namespace tn ON tn.oid = t.typnamespace
           WHERE x.classid = 'pg_policy'::regclass AND x.objid = p.oid AND x.refclassid = 'pg_type'::regclass
       ) AS uses
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_policy'::regclass AND d.objoid = p.oid
WHERE c.relnamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e'
                    AND (e.classid, e.objid) IN (('pg_class'::regclass, c.oid), ('pg_policy'::regclass, p.oid)))
