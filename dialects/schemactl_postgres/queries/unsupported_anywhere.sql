-- What stands in no schema and has no place in the model. Objects of the server itself have oids below 16384.
WITH found (catalogue, oid, name, what) AS (
    SELECT 'pg_cast'::regclass, x.oid,
           format_type(x.castsource, NULL) || ' AS ' || format_type(x.casttarget, NULL), 'a cast'
    FROM pg_cast x
    WHERE NOT EXISTS (SELECT FROM pg_depend i   -- the cast that a range type makes for its multirange
                      WHERE i.classid = 'pg_cast'::regclass AND i.objid = x.oid AND i.deptype = 'i')
    UNION ALL
    SELECT 'pg_transform'::regclass, x.oid, format_type(x.trftype, NULL) || ' FOR ' || l.lanname, 'a transform'
    FROM pg_transform x JOIN pg_language l ON l.oid = x.trflang
    UNION ALL
    SELECT 'pg_language'::regclass, x.oid, x.lanname::text, 'a procedural language' FROM pg_language x
    UNION ALL
    SELECT 'pg_am'::regclass, x.oid, x.amname::text, 'an access method' FROM pg_am x
)
SELECT 'object' AS kind, '' AS schema, '' AS on_table, f.name, f.what
FROM found f
WHERE f.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = f.catalogue AND e.objid = f.oid AND e.deptype = 'e')
