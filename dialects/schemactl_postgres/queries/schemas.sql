-- Every schema that is not the server's own.
SELECT n.oid,
       n.nspname::text AS name,
       d.description AS comment,
       EXISTS (SELECT FROM pg_depend e
               WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e') AS of_extension
FROM pg_namespace n
LEFT JOIN pg_description d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
