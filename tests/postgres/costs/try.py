import sys, tomllib, psycopg
from schemactl import engine
from schemactl.dialect import SourceText
from tests.postgres.costs.observe import observe
import pathlib
here=pathlib.Path(__file__).parent
port=sys.argv[1]; only=sys.argv[2:]
ops=tomllib.loads((here/'operations.toml').read_text())
adm=psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres",autocommit=True)
world=(here/'world.sql').read_text()
adm.execute("drop database if exists costw"); adm.execute("create database costw")
with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/costw",autocommit=True) as c:
    c.execute(world); c.execute((here/'rows.sql').read_text()); c.execute("vacuum analyze")
for name,op in ops.items():
    if only and name not in only: continue
    if op.get('since',14)>int(port)-15000: continue
    adm.execute("drop database if exists costx"); adm.execute("create database costx template costw")
    if tz:=op.get('timezone'): adm.execute(f"alter database costx set timezone = '{tz}'")
    url=f"postgresql://postgres@127.0.0.1:{port}/costx"
    with psycopg.connect(url,autocommit=True) as c:
        try:
            if 'before' in op: c.execute(op['before'])
            text=world+op.get('before','')+';'+op['sql']+';'
            plan=engine.plan(engine.target(url),[SourceText(name='x',text=text)])
        except Exception as e:
            print(name,'PLAN FAILED',type(e).__name__,str(e)[:200]); continue
        if not plan.steps: print(name,'NO STEPS', op['sql'])
        c.execute("set check_function_bodies=off")
        for s in plan.steps:
            try: o=observe(c,s.sql)
            except Exception as e: print(name,'EXEC',s.sql,e); break
            said={l.relation:l.mode for l in s.locks}
            hz={h.hazard.name for h in s.hazards}
            w=[]
            if {k:v for k,v in said.items() if v!='ACCESS SHARE'}!=o.locks: w.append(f"locks said {said} seen {o.locks}")
            for word,seen in (('REWRITES_TABLE',o.rewritten),('SCANS_TABLE',o.scanned-o.indexed if not o.rewritten else ()),('BUILDS_INDEX',o.indexed)):
                if bool(seen)!=(word in hz): w.append(f"{word} said {word in hz} seen {sorted(seen)}")
            if w: print(f"{name}: {s.sql}\n    "+"\n    ".join(w))
