-- Default privileges, those of each schema and those of all. No grantee is PUBLIC; no privilege: none is given at all.
SELECT w.rolname::text AS role,
       coalesce(n.nspname, '')::text AS schema,
       d.defaclobjtype::text AS letter,
       x.grantee = 0 AS to_public,
       r.rolname::text AS grantee,
       x.privilege_type AS privilege,
       x.is_grantable AS grantable
FROM pg_default_acl d
JOIN pg_roles w ON w.oid = d.defaclrole
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
LEFT JOIN LATERAL aclexplode(d.defaclacl) x ON true
LEFT JOIN pg_roles r ON r.oid = x.grantee
WHERE d.defaclnamespace = 0 OR d.defaclnamespace = ANY (current_setting('schemactl.schemas')::oid[])
