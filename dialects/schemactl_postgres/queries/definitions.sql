-- What one name and a few properties define: operators and their classes, casts, text search, conversions, languages.
-- Properties are named as in defined.py, and have NULL for a value where there is none. Functions, dictionaries and
-- operators of the server itself stand without their schema. Objects of the server have oids below 16384.
WITH scope AS (
    SELECT unnest(current_setting('schemactl.schemas')::oid[]) AS oid
), owned AS MATERIALIZED (
    SELECT e.classid, e.objid FROM pg_depend e WHERE e.deptype = 'e'
), operator (oid, text) AS NOT MATERIALIZED (
    SELECT o.oid, CASE WHEN n.nspname = 'pg_catalog' THEN o.oprname::text
                       ELSE 'OPERATOR(' || quote_ident(n.nspname) || '.' || o.oprname || ')' END
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
), family (oid, namespace, text, method, own) AS NOT MATERIALIZED (   -- an extension's is none of ours, nor are its members
    SELECT f.oid, n.oid, coalesce(nullif(quote_ident(n.nspname), 'pg_catalog') || '.', '') || quote_ident(f.opfname),
           a.amname::text, f.opfnamespace IN (SELECT oid FROM scope)
    FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am a ON a.oid = f.opfmethod
    WHERE NOT EXISTS (SELECT FROM owned e WHERE e.classid = 'pg_opfamily'::regclass AND e.objid = f.oid)
), member (catalogue, oid, method, namespace, name, types, names, values) AS (
    -- One in a family of the server's own counts to the schema of a class that is in it, too.
    SELECT m.catalogue, m.oid, f.method,
           CASE WHEN f.own THEN f.namespace
                ELSE (SELECT c.opcnamespace FROM pg_opclass c JOIN scope s ON s.oid = c.opcnamespace
                      WHERE c.opcfamily = f.oid
                        AND NOT EXISTS (SELECT FROM owned e
                                        WHERE e.classid = 'pg_opclass'::regclass AND e.objid = c.oid)
                      ORDER BY c.opcnamespace LIMIT 1) END,
           m.name, m.types, m.names || ARRAY['family'], m.values || ARRAY[f.text]
    FROM (
        SELECT 'pg_amop'::regclass, o.oid, o.amopfamily, 'operator ' || o.amopstrategy,
               ARRAY[o.amoplefttype, o.amoprighttype],
               ARRAY['operator', 'order_by'], ARRAY[p.text, b.text]
        FROM pg_amop o JOIN operator p ON p.oid = o.amopopr LEFT JOIN family b ON b.oid = o.amopsortfamily
        UNION ALL
        SELECT 'pg_amproc'::regclass, o.oid, o.amprocfamily, 'function ' || o.amprocnum,
               ARRAY[o.amproclefttype, o.amprocrighttype] || p.proargtypes::oid[],
               ARRAY['function'], ARRAY[o.amproc::regproc::text]
        FROM pg_amproc o JOIN pg_proc p ON p.oid = o.amproc
    ) m (catalogue, oid, family, name, types, names, values)
    JOIN family f ON f.oid = m.family
    WHERE m.oid >= 16384
), made (catalogue, oid, kind, namespace, name, method, types, names, values) AS (
    SELECT 'pg_operator'::regclass, o.oid, 'operator', o.oprnamespace, o.oprname::text, '',
           ARRAY[o.oprleft, o.oprright],
           ARRAY['function', 'commutator', 'negator', 'restrict', 'join', 'hashes', 'merges'],
           ARRAY[o.oprcode::regproc::text, c.text, g.text, nullif(o.oprrest::regproc::text, '-'),
                 nullif(o.oprjoin::regproc::text, '-'),
                 CASE WHEN o.oprcanhash THEN '' END, CASE WHEN o.oprcanmerge THEN '' END]
    FROM pg_operator o
    LEFT JOIN operator c ON c.oid = o.oprcom
    LEFT JOIN operator g ON g.oid = o.oprnegate
    WHERE o.oprcode <> 0   -- else it is but the name of a commutator or negator that was never made
    UNION ALL
    SELECT 'pg_opfamily'::regclass, f.oid, 'operator family', f.opfnamespace, f.opfname::text, a.amname, '{}', '{}', '{}'
    FROM pg_opfamily f JOIN pg_am a ON a.oid = f.opfmethod
    UNION ALL
    SELECT 'pg_opclass'::regclass, c.oid, 'operator class', c.opcnamespace, c.opcname::text, a.amname,
           array_remove(ARRAY[c.opcintype, c.opckeytype], 0::oid), ARRAY['default', 'family'],
           ARRAY[CASE WHEN c.opcdefault THEN '' END,
                 coalesce(nullif(quote_ident(n.nspname), 'pg_catalog') || '.', '') || quote_ident(f.opfname)]
    FROM pg_opclass c JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace n ON n.oid = f.opfnamespace
    JOIN pg_am a ON a.oid = c.opcmethod
    UNION ALL
    SELECT m.catalogue, m.oid, 'member of an operator family', m.namespace, m.name, m.method, m.types, m.names, m.values
    FROM member m
    UNION ALL
    SELECT 'pg_cast'::regclass, x.oid, 'cast', NULL, '', '',
           ARRAY[x.castsource, x.casttarget] || coalesce(p.proargtypes::oid[], '{}'),
           ARRAY['function', 'inout', 'as'],
           ARRAY[nullif(x.castfunc::regproc::text, '-'), CASE x.castmethod WHEN 'i' THEN '' END,
                 CASE x.castcontext WHEN 'a' THEN 'ASSIGNMENT' WHEN 'i' THEN 'IMPLICIT' END]
    FROM pg_cast x LEFT JOIN pg_proc p ON p.oid = x.castfunc
    WHERE NOT EXISTS (SELECT FROM pg_depend i   -- the cast that a range type makes for its multirange
                      WHERE i.classid = 'pg_cast'::regclass AND i.objid = x.oid AND i.deptype = 'i')
    UNION ALL
    SELECT 'pg_transform'::regclass, x.oid, 'transform', NULL, l.lanname::text, '', ARRAY[x.trftype],
           ARRAY['from_sql', 'to_sql'],
           ARRAY[nullif(x.trffromsql::regproc::text, '-'), nullif(x.trftosql::regproc::text, '-')]
    FROM pg_transform x JOIN pg_language l ON l.oid = x.trflang
    UNION ALL
    SELECT 'pg_language'::regclass, l.oid, 'language', NULL, l.lanname::text, '', '{}',
           ARRAY['handler', 'inline', 'validator', 'trusted'],
           ARRAY[nullif(l.lanplcallfoid::regproc::text, '-'), nullif(l.laninline::regproc::text, '-'),
                 nullif(l.lanvalidator::regproc::text, '-'), CASE WHEN l.lanpltrusted THEN '' END]
    FROM pg_language l
    UNION ALL
    SELECT 'pg_am'::regclass, a.oid, 'access method', NULL, a.amname::text, '', '{}', ARRAY['handler', 'type'],
           ARRAY[a.amhandler::regproc::text, CASE a.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END]
    FROM pg_am a
    UNION ALL
    SELECT 'pg_conversion'::regclass, c.oid, 'conversion', c.connamespace, c.conname::text, '', '{}',
           ARRAY['from', 'to', 'function', 'default'],
           ARRAY[quote_literal(pg_encoding_to_char(c.conforencoding)), quote_literal(pg_encoding_to_char(c.contoencoding)),
                 c.conproc::regproc::text, CASE WHEN c.condefault THEN '' END]
    FROM pg_conversion c
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, p.oid, 'text search parser', p.prsnamespace, p.prsname::text, '', '{}',
           ARRAY['start', 'gettoken', 'end', 'lextypes', 'headline'],
           ARRAY[p.prsstart::regproc::text, p.prstoken::regproc::text, p.prsend::regproc::text,
                 p.prslextype::regproc::text, nullif(p.prsheadline::regproc::text, '-')]
    FROM pg_ts_parser p
    UNION ALL
    SELECT 'pg_ts_template'::regclass, t.oid, 'text search template', t.tmplnamespace, t.tmplname::text, '', '{}',
           ARRAY['init', 'lexize'],
           ARRAY[nullif(t.tmplinit::regproc::text, '-'), t.tmpllexize::regproc::text]
    FROM pg_ts_template t
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, d.oid, 'text search dictionary', d.dictnamespace, d.dictname::text, '', '{}',
           ARRAY['template', 'options'],
           ARRAY[coalesce(nullif(quote_ident(n.nspname), 'pg_catalog') || '.', '') || quote_ident(t.tmplname),
                 d.dictinitoption]
    FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace n ON n.oid = t.tmplnamespace
    UNION ALL
    SELECT 'pg_ts_config'::regclass, c.oid, 'text search configuration', c.cfgnamespace, c.cfgname::text, '', '{}',
           ARRAY['parser'] || m.names,
           ARRAY[coalesce(nullif(quote_ident(n.nspname), 'pg_catalog') || '.', '') || quote_ident(p.prsname)] || m.values
    FROM pg_ts_config c
    JOIN pg_ts_parser p ON p.oid = c.cfgparser
    JOIN pg_namespace n ON n.oid = p.prsnamespace
    CROSS JOIN LATERAL (
        SELECT array_agg('mapping ' || g.alias) AS names, array_agg(g.dictionaries) AS values
        FROM (SELECT k.alias, string_agg(x.mapdict::regdictionary::text, ', ' ORDER BY x.mapseqno)
              FROM pg_ts_config_map x JOIN ts_token_type(c.cfgparser) k ON k.tokid = x.maptokentype
              WHERE x.mapcfg = c.oid GROUP BY k.alias) g (alias, dictionaries)
    ) m
    WHERE c.cfgnamespace IN (SELECT oid FROM scope)
)
SELECT m.catalogue::text AS catalogue,
       m.oid,
       m.kind,
       coalesce(n.nspname, '')::text AS schema,
       m.name,
       m.method::text AS method,
       t.types, t.type_schemas, t.type_names,
       m.names,
       m.values,
       obj_description(m.oid, m.catalogue::text::name) AS comment
FROM made m
LEFT JOIN pg_namespace n ON n.oid = m.namespace
CROSS JOIN LATERAL (
    SELECT array_agg(CASE WHEN u.type = 0 THEN 'NONE' ELSE format_type(u.type, NULL) END ORDER BY u.i) AS types,
           array_agg(nullif(en.nspname, 'pg_catalog')::text ORDER BY u.i) AS type_schemas,
           array_agg(CASE WHEN en.nspname <> 'pg_catalog' THEN e.typname::text END ORDER BY u.i) AS type_names
    FROM unnest(m.types) WITH ORDINALITY AS u (type, i)
    LEFT JOIN pg_type y ON y.oid = u.type
    LEFT JOIN pg_type e ON e.oid = CASE WHEN y.typcategory = 'A' AND y.typelem <> 0 THEN y.typelem ELSE y.oid END
    LEFT JOIN pg_namespace en ON en.oid = e.typnamespace
) t
WHERE m.oid >= 16384
  AND (m.namespace IN (SELECT oid FROM scope)
       OR m.kind IN ('access method', 'cast', 'language', 'transform'))
  AND NOT EXISTS (SELECT FROM owned e WHERE e.classid = m.catalogue AND e.objid = m.oid)
