-- What stands in no schema and has no place in the model. Objects of the server itself have oids below 16384.
WITH found (catalogue, oid, name, what) AS (
    SELECT 'pg_publication'::regclass, x.oid, x.pubname::text, 'a publication' FROM pg_publication x
    UNION ALL
    SELECT 'pg_subscription'::regclass, x.oid, x.subname::text, 'a subscription'
    FROM pg_subscription x JOIN pg_database d ON d.oid = x.subdbid WHERE d.datname = current_database()
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, x.oid, x.fdwname::text, 'a foreign data wrapper'
    FROM pg_foreign_data_wrapper x
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, x.oid, x.srvname::text, 'a foreign server' FROM pg_foreign_server x
    UNION ALL
    SELECT 'pg_user_mapping'::regclass, x.umid, x.usename || ' ON ' || x.srvname, 'a user mapping'
    FROM pg_user_mappings x   -- not the table: it holds passwords, and is not for everybody
)
SELECT 'object' AS kind, '' AS schema, '' AS on_table, f.name, f.what
FROM found f
WHERE f.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = f.catalogue AND e.objid = f.oid AND e.deptype = 'e')
