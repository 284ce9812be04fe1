-- Event triggers, which stand in no schema: those whose function stands in one of the schemas.
SELECT x.oid,
       x.evtname::text AS name,
       x.evtevent::text AS event,
       coalesce(x.evttags, '{}') AS tags,
       n.nspname::text AS function_schema,
       f.proname::text AS function_name,
       x.evtenabled::text AS enabled,
       d.description AS comment
FROM pg_event_trigger x
JOIN pg_proc f ON f.oid = x.evtfoid
JOIN pg_namespace n ON n.oid = f.pronamespace
LEFT JOIN pg_description d ON d.classoid = 'pg_event_trigger'::regclass AND d.objoid = x.oid AND d.objsubid = 0
WHERE f.pronamespace = ANY (current_setting('schemactl.schemas')::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = x.oid AND e.deptype = 'e')
