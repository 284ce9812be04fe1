-- Aggregates. `direct` counts the arguments before ORDER BY. Parts are named as in CREATE AGGREGATE, with values in SQL.
SELECT p.oid,
       n.nspname::text AS schema,
       p.proname::text AS name,
       g.aggkind::text AS kind,
       g.aggnumdirectargs::int AS direct,
       a.modes, a.names, a.types, a.type_schemas, a.type_names,
       o.names AS option_names,
       o.values AS option_values,
       d.description AS comment
FROM pg_aggregate g
JOIN pg_proc p ON p.oid = g.aggfnoid
JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
CROSS JOIN LATERAL (
    SELECT array_agg(coalesce(p.proargmodes[i], 'i')::text ORDER BY i) AS modes,
           array_agg(nullif(p.proargnames[i], '') ORDER BY i) AS names,
           array_agg(format_type(t.oid, NULL) ORDER BY i) AS types,
           array_agg(nullif(en.nspname, 'pg_catalog')::text ORDER BY i) AS type_schemas,
           array_agg(CASE WHEN en.nspname <> 'pg_catalog' THEN e.typname::text END ORDER BY i) AS type_names
    FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS q (type, i)
    JOIN pg_type t ON t.oid = q.type
    JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace en ON en.oid = e.typnamespace
) a
CROSS JOIN LATERAL (
    SELECT array_agg(v.name ORDER BY v.name) AS names, array_agg(v.value ORDER BY v.name) AS values
    FROM (
        SELECT f.name, coalesce(nullif(quote_ident(fn.nspname), 'pg_catalog') || '.', '') || quote_ident(q.proname)
        FROM (VALUES ('sfunc', g.aggtransfn), ('finalfunc', g.aggfinalfn), ('combinefunc', g.aggcombinefn),
                     ('serialfunc', g.aggserialfn), ('deserialfunc', g.aggdeserialfn), ('msfunc', g.aggmtransfn),
                     ('minvfunc', g.aggminvtransfn), ('mfinalfunc', g.aggmfinalfn)) AS f (name, of)
        JOIN pg_proc q ON q.oid = f.of
        JOIN pg_namespace fn ON fn.oid = q.pronamespace
        UNION ALL SELECT 'stype', format_type(g.aggtranstype, NULL)
        UNION ALL SELECT 'mstype', format_type(g.aggmtranstype, NULL) WHERE g.aggmtranstype <> 0
        UNION ALL SELECT 'sspace', g.aggtransspace::text WHERE g.aggtransspace <> 0
        UNION ALL SELECT 'msspace', g.aggmtransspace::text WHERE g.aggmtransspace <> 0
        UNION ALL SELECT 'initcond', quote_literal(g.agginitval) WHERE g.agginitval IS NOT NULL
        UNION ALL SELECT 'minitcond', quote_literal(g.aggminitval) WHERE g.aggminitval IS NOT NULL
        UNION ALL SELECT 'finalfunc_extra', '' WHERE g.aggfinalextra
        UNION ALL SELECT 'mfinalfunc_extra', '' WHERE g.aggmfinalextra
        UNION ALL SELECT 'finalfunc_modify', CASE g.aggfinalmodify WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' ELSE 'read_write' END
        WHERE g.aggfinalmodify <> CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
        UNION ALL SELECT 'mfinalfunc_modify', CASE g.aggmfinalmodify WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' ELSE 'read_write' END
        WHERE g.aggmfinalmodify <> CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
        UNION ALL SELECT 'parallel', CASE p.proparallel WHEN 's' THEN 'safe' ELSE 'restricted' END WHERE p.proparallel <> 'u'
        UNION ALL
        SELECT 'sortop', 'operator(' || quote_ident(xn.nspname) || '.' || x.oprname || ')'
        FROM pg_operator x JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE x.oid = g.aggsortop
    ) AS v (name, value)
) o
WHERE p.pronamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
