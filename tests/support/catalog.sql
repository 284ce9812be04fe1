-- What a database holds, one row a fact, so that two databases can be compared as bags of rows.
--
-- kind, object: what the fact is about. name: the object's own name where the server makes one up if the user states
-- none. fact: all the rest, in the server's own words. Left out: what extensions bring, and the position of columns.
with member as materialized (
    select classid, objid from pg_depend where deptype = 'e'
), space as materialized (
    select * from pg_namespace as n
    where nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_(toast|temp)'
      and not exists (select from member as m where m.classid = 'pg_namespace'::regclass and m.objid = n.oid)
), relation as materialized (
    select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as title
    from pg_class as c join space as n on n.oid = c.relnamespace
    where not exists (select from member as m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
), type as materialized (
    select t.*, format('%I.%I', n.nspname, t.typname) as title
    from pg_type as t join space as n on n.oid = t.typnamespace
    where not exists (select from member as m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
), routine as materialized (
    select p.* from pg_proc as p join space as n on n.oid = p.pronamespace
    where not exists (select from member as m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)
      and not exists (  -- the constructors that a range type makes: they come and go with it
        select from pg_depend as d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
), fact (kind, object, name, fact) as (

select 'schema', quote_ident(nspname), null, jsonb_build_object(
    'owner', nspowner::regrole, 'comment', obj_description(oid, 'pg_namespace'),
    'grants', (select jsonb_agg(g::text order by g::text) from unnest(coalesce(nspacl, acldefault('n', nspowner))) as g))
from space

union all
select 'extension', quote_ident(extname), null, jsonb_build_object(
    'schema', extnamespace::regnamespace, 'version', extversion, 'comment', obj_description(oid, 'pg_extension'))
from pg_extension

union all
select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
    title, null, jsonb_build_object(
    'owner', relowner::regrole, 'comment', obj_description(oid, 'pg_class'),
    'grants', (select jsonb_agg(g::text order by g::text) from unnest(coalesce(relacl, acldefault('r', relowner))) as g),
    'kind', relkind, 'persistence', relpersistence, 'populated', relispopulated,
    'access method', (select amname from pg_am where pg_am.oid = relam),
    'tablespace', (select spcname from pg_tablespace as s where s.oid = reltablespace),
    'options', (select jsonb_agg(o order by o) from unnest(reloptions) as o),
    'toast options', (
        select jsonb_agg(o order by o) from pg_class as t, unnest(t.reloptions) as o where t.oid = relation.reltoastrelid),
    'row security', relrowsecurity, 'forced row security', relforcerowsecurity, 'replica identity', relreplident,
    'of type', nullif(reloftype, 0)::regtype,
    'inherits', (
        select jsonb_agg(inhparent::regclass order by inhseqno) from pg_inherits where inhrelid = relation.oid),
    'partition', pg_get_expr(relpartbound, oid), 'partitioned', case relkind when 'p' then pg_get_partkeydef(oid) end,
    'query', case when relkind in ('v', 'm') then pg_get_viewdef(oid) end,
    'foreign', (
        select jsonb_build_object('server', srvname, 'options', (select jsonb_agg(o order by o) from unnest(ftoptions) as o))
        from pg_foreign_table as f join pg_foreign_server as s on s.oid = f.ftserver where f.ftrelid = relation.oid))
from relation where relkind in ('r', 'p', 'v', 'm', 'f')

union all
select 'column', format('%s.%I', r.title, a.attname), null, jsonb_build_object(
    'type', format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull,
    'default', coalesce(own.default, pg_get_expr(d.adbin, d.adrelid)),
    'identity', a.attidentity, 'generated', a.attgenerated,
    'collation', case when a.attcollation <> t.typcollation then a.attcollation::regcollation end,
    'storage', case when a.attstorage <> t.typstorage then a.attstorage end, 'compression', a.attcompression,
    'statistics', nullif(a.attstattarget, -1), 'local', case when not r.relispartition then a.attislocal end,
    'options', (select jsonb_agg(o order by o) from unnest(a.attoptions) as o where not starts_with(o, 'pg_attver=')),
    'foreign options', (select jsonb_agg(o order by o) from unnest(a.attfdwoptions) as o),
    'comment', col_description(r.oid, a.attnum),
    'grants', (select jsonb_agg(g::text order by g::text) from unnest(a.attacl) as g))
from relation as r
join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
left join pg_attrdef as d on d.adrelid = r.oid and d.adnum = a.attnum
-- The name of a sequence that belongs to a column may be the server's choice.
left join lateral (
    select format('the next of the sequence of %s.%I', o.refobjid::regclass, c.attname) as default
    from pg_depend as o
    join pg_class as s on s.oid = o.objid and s.relkind = 'S'
    join pg_attribute as c on c.attrelid = o.refobjid and c.attnum = o.refobjsubid
    where o.classid = 'pg_class'::regclass and o.refclassid = 'pg_class'::regclass and o.deptype = 'a'
      and pg_get_expr(d.adbin, d.adrelid) = format('nextval(%L::regclass)', o.objid::regclass)) as own on true
where r.relkind in ('r', 'p', 'v', 'm', 'f')

union all
select 'constraint', coalesce(r.title, t.title), c.conname, jsonb_build_object(
    'definition', pg_get_constraintdef(c.oid), 'validated', c.convalidated,
    'local', case when not r.relispartition then c.conislocal end, 'comment', obj_description(c.oid, 'pg_constraint'),
    -- What an index has and a constraint's definition does not say.
    'clustered', i.indisclustered, 'replica identity', i.indisreplident, 'valid', i.indisvalid,
    'index options', (
        select jsonb_agg(o order by o) from pg_class as x, unnest(x.reloptions) as o where x.oid = i.indexrelid))
from pg_constraint as c
left join relation as r on r.oid = c.conrelid
left join type as t on t.oid = c.contypid
left join pg_index as i on i.indexrelid = c.conindid and i.indrelid = c.conrelid and c.contype in ('p', 'u', 'x')
where coalesce(r.title, t.title) is not null and c.contype <> 't'    -- a constraint trigger is a trigger

union all
select 'index', r.title, x.relname, jsonb_build_object(
    'definition', replace(pg_get_indexdef(x.oid), format(' INDEX %I ON ', x.relname), ' INDEX ON '),
    'valid', i.indisvalid, 'clustered', i.indisclustered, 'replica identity', i.indisreplident,
    'tablespace', (select spcname from pg_tablespace as s where s.oid = x.reltablespace),
    'part of', (select inhparent::regclass from pg_inherits where inhrelid = x.oid),
    'statistics', (
        select jsonb_object_agg(attnum, attstattarget) from pg_attribute where attrelid = x.oid and attstattarget >= 0),
    'comment', obj_description(x.oid, 'pg_class'))
from pg_index as i
join relation as r on r.oid = i.indrelid
join pg_class as x on x.oid = i.indexrelid
where not exists (select from pg_constraint as c where c.conindid = x.oid and c.contype in ('p', 'u', 'x'))

union all
select 'sequence', quote_ident(r.nspname), r.relname, jsonb_build_object(
    'type', s.seqtypid::regtype, 'start', s.seqstart, 'increment', s.seqincrement, 'minimum', s.seqmin,
    'maximum', s.seqmax, 'cache', s.seqcache, 'cycle', s.seqcycle, 'persistence', r.relpersistence,
    'owner', r.relowner::regrole, 'comment', obj_description(r.oid, 'pg_class'),
    'grants', (select jsonb_agg(g::text order by g::text) from unnest(coalesce(relacl, acldefault('s', relowner))) as g),
    'owned by', (
        select format('%s.%I', d.refobjid::regclass, a.attname)
        from pg_depend as d join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype in ('a', 'i')))
from relation as r join pg_sequence as s on s.seqrelid = r.oid

union all
select 'rule', r.title, null, jsonb_build_object(
    'definition', pg_get_ruledef(w.oid), 'enabled', w.ev_enabled, 'comment', obj_description(w.oid, 'pg_rewrite'))
from pg_rewrite as w join relation as r on r.oid = w.ev_class
where w.rulename <> '_RETURN'

union all
select 'trigger', r.title, null, jsonb_build_object(
    'definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled, 'comment', obj_description(t.oid, 'pg_trigger'))
from pg_trigger as t join relation as r on r.oid = t.tgrelid
where not t.tgisinternal

union all
select 'event trigger', quote_ident(evtname), null, jsonb_build_object(
    'event', evtevent, 'function', evtfoid::regprocedure, 'enabled', evtenabled, 'tags', to_jsonb(evttags),
    'owner', evtowner::regrole, 'comment', obj_description(oid, 'pg_event_trigger'))
from pg_event_trigger as e
where not exists (select from member as m where m.classid = 'pg_event_trigger'::regclass and m.objid = e.oid)

union all
select 'policy', format('%s.%I', r.title, p.polname), null, jsonb_build_object(
    'command', p.polcmd, 'permissive', p.polpermissive,
    'roles', (select jsonb_agg(o::regrole::text order by o::regrole::text) from unnest(p.polroles) as o),
    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
    'comment', obj_description(p.oid, 'pg_policy'))
from pg_policy as p join relation as r on r.oid = p.polrelid

union all
select 'statistics', r.title, s.stxname, jsonb_build_object(
    'definition', replace(
        pg_get_statisticsobjdef(s.oid), format('%I.%I', s.stxnamespace::regnamespace::text, s.stxname), '*'),
    'schema', s.stxnamespace::regnamespace, 'target', nullif(s.stxstattarget, -1), 'owner', s.stxowner::regrole,
    'comment', obj_description(s.oid, 'pg_statistic_ext'))
from pg_statistic_ext as s join relation as r on r.oid = s.stxrelid

union all
select case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' when 'c' then 'composite' else 'type' end,
    t.title, null, jsonb_build_object(
    'owner', t.typowner::regrole, 'comment', obj_description(t.oid, 'pg_type'),
    'grants', (select jsonb_agg(g::text order by g::text) from unnest(coalesce(typacl, acldefault('T', typowner))) as g),
    'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum as e where e.enumtypid = t.oid),
    'base', case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod) end,
    'not null', t.typnotnull, 'default', t.typdefault,
    'collation', case t.typtype when 'd' then nullif(t.typcollation, 0)::regcollation end,
    'attributes', (
        select jsonb_agg(
            format('%I %s %s', a.attname, format_type(a.atttypid, a.atttypmod), nullif(a.attcollation, 0)::regcollation)
            || coalesce(' -- ' || col_description(a.attrelid, a.attnum), '') order by a.attnum)
        from pg_attribute as a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
    'range', (
        select jsonb_build_object(
            'of', g.rngsubtype::regtype, 'multirange', g.rngmultitypid::regtype, 'canonical', g.rngcanonical::regproc,
            'difference', g.rngsubdiff::regproc, 'collation', nullif(g.rngcollation, 0)::regcollation,
            'operator class', (select opcname from pg_opclass where pg_opclass.oid = g.rngsubopc))
        from pg_range as g where g.rngtypid = t.oid))
from type as t
where t.typtype in ('e', 'd', 'r')
   or t.typtype = 'c' and exists (select from pg_class as c where c.oid = t.typrelid and c.relkind = 'c')
   or t.typtype = 'b' and t.typelem = 0    -- not the array types, which come with what they are of

union all
select case prokind when 'p' then 'procedure' else 'function' end, oid::regprocedure::text, null, jsonb_build_object(
    'definition', pg_get_functiondef(oid), 'owner', proowner::regrole, 'comment', obj_description(oid, 'pg_proc'),
    'grants', (select jsonb_agg(g::text order by g::text) from unnest(coalesce(proacl, acldefault('f', proowner))) as g))
from routine where prokind <> 'a'

union all
select 'aggregate', p.oid::regprocedure::text, null, jsonb_build_object(
    'kind', a.aggkind, 'step', a.aggtransfn::regproc, 'state', a.aggtranstype::regtype, 'final', a.aggfinalfn::regproc,
    'combine', a.aggcombinefn::regproc, 'initial', a.agginitval, 'sort', a.aggsortop::regoperator,
    'final modifies', a.aggfinalmodify, 'parallel', p.proparallel, 'owner', p.proowner::regrole,
    'comment', obj_description(p.oid, 'pg_proc'))
from routine as p join pg_aggregate as a on a.aggfnoid = p.oid

union all
select 'operator', o.oid::regoperator::text, null, jsonb_build_object(
    'function', o.oprcode::regproc, 'result', o.oprresult::regtype, 'commutator', nullif(o.oprcom, 0)::regoperator,
    'negator', nullif(o.oprnegate, 0)::regoperator, 'restrict', o.oprrest::regproc, 'join', o.oprjoin::regproc,
    'hashes', o.oprcanhash, 'merges', o.oprcanmerge, 'comment', obj_description(o.oid, 'pg_operator'))
from pg_operator as o join space as n on n.oid = o.oprnamespace
where not exists (select from member as m where m.classid = 'pg_operator'::regclass and m.objid = o.oid)

union all
select 'cast', format('%s as %s', castsource::regtype, casttarget::regtype), null, jsonb_build_object(
    'function', castfunc::regprocedure, 'context', castcontext, 'method', castmethod,
    'comment', obj_description(oid, 'pg_cast'))
from pg_cast as c
where c.oid >= 16384 and not exists (select from member as m where m.classid = 'pg_cast'::regclass and m.objid = c.oid)

union all
select 'collation', c.oid::regcollation::text, null,
    to_jsonb(c) - array['oid', 'collname', 'collnamespace', 'collowner', 'collversion']
    || jsonb_build_object('comment', obj_description(c.oid, 'pg_collation'))
from pg_collation as c join space as n on n.oid = c.collnamespace

union all
select 'text search configuration', c.oid::regconfig::text, null, jsonb_build_object(
    'parser', (select prsname from pg_ts_parser as p where p.oid = c.cfgparser),
    'mappings', (
        select jsonb_agg(format('%s %s %s', m.maptokentype, m.mapseqno, m.mapdict::regdictionary)
            order by m.maptokentype, m.mapseqno) from pg_ts_config_map as m where m.mapcfg = c.oid),
    'comment', obj_description(c.oid, 'pg_ts_config'))
from pg_ts_config as c join space as n on n.oid = c.cfgnamespace

union all
select 'text search dictionary', d.oid::regdictionary::text, null, jsonb_build_object(
    'template', (select tmplname from pg_ts_template as t where t.oid = d.dicttemplate), 'options', d.dictinitoption,
    'comment', obj_description(d.oid, 'pg_ts_dict'))
from pg_ts_dict as d join space as n on n.oid = d.dictnamespace
where not exists (select from member as m where m.classid = 'pg_ts_dict'::regclass and m.objid = d.oid)

union all
select 'foreign server', quote_ident(s.srvname), null, jsonb_build_object(
    'wrapper', (select fdwname from pg_foreign_data_wrapper as w where w.oid = s.srvfdw), 'type', s.srvtype,
    'version', s.srvversion, 'options', (select jsonb_agg(o order by o) from unnest(s.srvoptions) as o),
    'users', (select jsonb_object_agg(u.umuser::regrole, to_jsonb(u.umoptions)) from pg_user_mapping as u where u.umserver = s.oid),
    'owner', s.srvowner::regrole, 'grants', (
        select jsonb_agg(g::text order by g::text) from unnest(coalesce(s.srvacl, acldefault('S', s.srvowner))) as g),
    'comment', obj_description(s.oid, 'pg_foreign_server'))
from pg_foreign_server as s

union all
select 'foreign data wrapper', quote_ident(w.fdwname), null, jsonb_build_object(
    'handler', nullif(w.fdwhandler, 0)::regprocedure, 'validator', nullif(w.fdwvalidator, 0)::regprocedure,
    'options', (select jsonb_agg(o order by o) from unnest(w.fdwoptions) as o),
    'owner', w.fdwowner::regrole, 'grants', (
        select jsonb_agg(g::text order by g::text) from unnest(coalesce(w.fdwacl, acldefault('F', w.fdwowner))) as g),
    'comment', obj_description(w.oid, 'pg_foreign_data_wrapper'))
from pg_foreign_data_wrapper as w

union all
select 'publication', quote_ident(p.pubname), null,
    to_jsonb(p) - array['oid', 'pubname', 'pubowner'] || jsonb_build_object(
    'comment', obj_description(p.oid, 'pg_publication'),
    'schemas', (select jsonb_agg(n.pnnspid::regnamespace order by n.pnnspid::regnamespace::text) from pg_publication_namespace as n where n.pnpubid = p.oid),
    'tables', (
        select jsonb_agg(jsonb_build_array(t.schemaname, t.tablename, t.attnames, t.rowfilter) order by t.schemaname, t.tablename)
        from pg_publication_tables as t where t.pubname = p.pubname))
from pg_publication as p

union all
select 'default privileges', format('%s %s', d.defaclrole::regrole, nullif(d.defaclnamespace, 0)::regnamespace), null,
    jsonb_build_object('on', d.defaclobjtype, 'grants', (select jsonb_agg(g::text order by g::text) from unnest(d.defaclacl) as g))
from pg_default_acl as d

)
select kind, object, name, jsonb_strip_nulls(fact) from fact order by kind, object, name, fact
