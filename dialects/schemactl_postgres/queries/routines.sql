-- Functions and procedures. Lists are by position of the argument; names of types as `types.sql` has them.
SELECT p.oid,
       n.nspname::text AS schema,
       p.proname::text AS name,
       p.prokind::text AS kind,
       l.lanname::text AS language,
       a.modes, a.names, a.types, a.type_schemas, a.type_names, a.defaults,
       format_type(p.prorettype, NULL) AS returns,
       nullif(rn.nspname, 'pg_catalog')::text AS returns_schema,
       CASE WHEN rn.nspname <> 'pg_catalog' THEN re.typname::text END AS returns_name,
       p.proretset AS returns_set,
       p.provolatile::text AS volatility,
       p.proisstrict AS strict,
       p.prosecdef AS security_definer,
       p.proleakproof AS leakproof,
       p.proparallel::text AS parallel,
       p.procost::float8 AS cost,
       p.prorows::float8 AS rows,
       CASE WHEN s.oid IS NOT NULL THEN nullif(quote_ident(sn.nspname) || '.', 'pg_catalog.') END AS support_schema,
       quote_ident(s.proname) AS support,
       p.proconfig AS settings,
       CASE WHEN p.prosqlbody IS NULL THEN p.prosrc END AS body,
       p.probin AS library,
       pg_get_function_sqlbody(p.oid) AS sql_body,
       p.protrftypes IS NOT NULL AS has_transforms,
       ARRAY(SELECT e.extname::text FROM pg_depend x JOIN pg_extension e ON e.oid = x.refobjid
             WHERE x.classid = 'pg_proc'::regclass AND x.objid = p.oid AND x.deptype = 'x' ORDER BY e.extname) AS extensions,
       d.description AS comment
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
JOIN pg_type r ON r.oid = p.prorettype
JOIN pg_type re ON re.oid = CASE WHEN r.typcategory = 'A' AND r.typelem <> 0 THEN r.typelem ELSE r.oid END
JOIN pg_namespace rn ON rn.oid = re.typnamespace
LEFT JOIN pg_proc s ON s.oid = p.prosupport
LEFT JOIN pg_namespace sn ON sn.oid = s.pronamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
CROSS JOIN LATERAL (
    SELECT array_agg(coalesce(p.proargmodes[i], 'i')::text ORDER BY i) AS modes,
           array_agg(nullif(p.proargnames[i], '') ORDER BY i) AS names,
           array_agg(format_type(t.oid, NULL) ORDER BY i) AS types,
           array_agg(nullif(en.nspname, 'pg_catalog')::text ORDER BY i) AS type_schemas,
           array_agg(CASE WHEN en.nspname <> 'pg_catalog' THEN e.typname::text END ORDER BY i) AS type_names,
           array_agg(pg_get_function_arg_default(p.oid, i::int) ORDER BY i) AS defaults
    FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS g (type, i)
    JOIN pg_type t ON t.oid = g.type
    JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace en ON en.oid = e.typnamespace
) a
WHERE p.prokind IN ('f', 'p', 'w')
  AND p.pronamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e    -- an extension's, or the constructors that a range type makes for itself
                  WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
