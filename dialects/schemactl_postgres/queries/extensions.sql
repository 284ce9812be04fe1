-- All extensions: they belong to the database, whatever schema they stand in. The function reads all control files: it only runs where there are extensions.
SELECT x.extname::text AS name,
       n.nspname::text AS schema,
       x.extversion AS version,
       nullif(d.description, a.comment) AS comment
FROM pg_extension x
JOIN pg_namespace n ON n.oid = x.extnamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_extension'::regclass AND d.objoid = x.oid AND d.objsubid = 0
LEFT JOIN pg_available_extensions() a ON a.name = x.extname
WHERE x.extname <> 'plpgsql'
