#!/usr/bin/env python3
"""How often is the table of conflicts right? Held against what a server does.

Each script of a folder (sorted by name) and the next one are taken as if they had been
written side by side on the schema before both. A PostgreSQL server runs them in both
orders on copies of that schema; `cargo bench --bench conflicts -- --pairs FOLDER` says
what footprints alone say. They conflict where an order fails or where both leave other
schemas behind; the order of columns and of enum labels, and names that the server made
up, are no difference. Pairs whose own order fails, or that cannot be run here, are left
out and counted.

    tests/tooling/conflict_truth.py PROGRAM FOLDER [-v]

PROGRAM is the benchmark's file under `target/*/deps`. The server is made for this, in a
temporary folder, from the programs beside `psql` or in PG_BINDIR.
"""

import argparse
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

SNAPSHOT = r"""
with u as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
     ext as (select classid, objid from pg_depend where deptype = 'e')
select 'rel ' || c.oid::regclass::text || ' ' || c.relkind::text || ' ' || c.relrowsecurity::text || coalesce(' ' || c.relacl::text, '')
       || coalesce(' ' || obj_description(c.oid, 'pg_class'), '') || coalesce(' ' || c.reloptions::text, '')
       || case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) else '' end
  from pg_class c join u on u.oid = c.relnamespace where c.relkind in ('r','v','m','S','p','f')
   and (c.oid) not in (select objid from ext)
union all
select 'col ' || a.attrelid::regclass::text || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
       || a.attnotnull::text || a.attidentity::text || a.attgenerated::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
       || coalesce(' ' || col_description(a.attrelid, a.attnum), '')
  from pg_attribute a join pg_class c on c.oid = a.attrelid join u on u.oid = c.relnamespace
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where a.attnum > 0 and not a.attisdropped and c.relkind in ('r','v','m','p','f') and c.oid not in (select objid from ext)
union all
select 'con ' || coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text) || ' @' || k.conname || '@ '
       || pg_get_constraintdef(k.oid) || ' ' || k.convalidated::text
  from pg_constraint k join u on u.oid = k.connamespace where k.contype <> 't' and k.conrelid not in (select objid from ext)
union all
select 'idx ' || i.indrelid::regclass::text || ' @' || c.relname || '@ '
       || replace(pg_get_indexdef(i.indexrelid), c.relname::text, '@') || i.indisvalid::text
  from pg_index i join pg_class c on c.oid = i.indexrelid join u on u.oid = c.relnamespace
 where c.oid not in (select objid from ext)
union all
select 'typ ' || t.oid::regtype::text || coalesce((select array_agg(enumlabel::text order by enumlabel)::text from pg_enum
       where enumtypid = t.oid), '') || coalesce(t.typdefault, '') || t.typnotnull::text
  from pg_type t join u on u.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
 where t.typtype in ('e','d','c','r') and (t.typrelid = 0 or c.relkind = 'c') and t.oid not in (select objid from ext)
union all
select 'fun ' || p.oid::regprocedure::text || case when p.prokind <> 'a' then pg_get_functiondef(p.oid) else '' end
  from pg_proc p join u on u.oid = p.pronamespace where p.oid not in (select objid from ext)
union all
select 'trg ' || pg_get_triggerdef(t.oid) || t.tgenabled::text from pg_trigger t join pg_class c on c.oid = t.tgrelid
  join u on u.oid = c.relnamespace where not t.tgisinternal
union all
select 'pol ' || p.polrelid::regclass::text || p.polname || p.polcmd::text || coalesce(pg_get_expr(p.polqual, p.polrelid), '')
       || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') from pg_policy p
union all select 'sch ' || nspname from u
union all select 'ext ' || extname from pg_extension
"""


class Server:
    def __init__(self):
        self.bin = os.environ.get("PG_BINDIR") or os.path.dirname(os.path.realpath(shutil.which("psql")))
        if not os.path.exists(os.path.join(self.bin, "postgres")):
            found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
            self.bin = str(found[-1].parent) if found else sys.exit("no PostgreSQL server programs; set PG_BINDIR")
        self.folder = tempfile.mkdtemp(prefix="teammig-truth-", dir="/tmp")
        self.user = None
        if os.getuid() == 0:
            self.user = "postgres"
            who = pwd.getpwnam(self.user)
            os.chown(self.folder, who.pw_uid, who.pw_gid)
        self.data = os.path.join(self.folder, "data")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        self.run("pg_ctl", "-D", self.data, "-w", "-o", options, "-l", os.path.join(self.folder, "log"), "start")

    def run(self, program, *args):
        subprocess.run([os.path.join(self.bin, program), *args], check=True, user=self.user,
                       cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def psql(self, database, *args, text=None):
        return subprocess.run(
            [os.path.join(self.bin, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder,
             "-U", "postgres", "-d", database, *args],
            input=text, capture_output=True, text=True, timeout=120)

    def must(self, sql):
        run = self.psql("postgres", "-c", sql)
        if run.returncode:
            sys.exit(f"{sql}: {run.stderr}")

    def copy(self, source, name):
        self.must(f"drop database if exists {name} with (force)")
        strategy = " strategy wal_log" if self.version() >= 15 else ""
        self.must(f"create database {name} template {source}{strategy}")

    def version(self):
        if not hasattr(self, "major"):
            self.major = int(self.psql("postgres", "-c", "show server_version_num").stdout) // 10000
        return self.major

    def apply(self, database, path):
        """Runs a script as migration tools do: in one transaction where that can be."""
        text = path.read_text()
        alone = re.search(r"\bconcurrently\b|^\s*(begin|commit)\s*;|add\s+value", text, re.I | re.M)
        run = self.psql(database, *([] if alone else ["-1"]), "-f", "-", text=text)
        if run.returncode == 0:
            return None
        return next((line for line in run.stderr.splitlines() if "ERROR" in line), run.stderr.strip())

    def snapshot(self, database):
        run = self.psql(database, "-c", SNAPSHOT)
        if run.returncode:
            sys.exit(f"snapshot: {run.stderr}")
        # now() in a definition is the time at which it ran, and no difference.
        return sorted(re.sub(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^']*'", "now()", line) for line in run.stdout.splitlines())

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def without_made_up_names(lines):
    return sorted(re.sub(r"@[^@]*@", "", line) for line in lines)


def truth(server, before, first, second):
    """None where the pair says nothing; else whether the order matters, and why."""
    schemas = []
    for name, scripts in (("ab", (first, second)), ("ba", (second, first))):
        server.copy(before, name)
        for script in scripts:
            error = server.apply(name, script)
            if error:
                return None if name == "ab" else (True, f"{script.name}: {error}")
        schemas.append(server.snapshot(name))
    if without_made_up_names(schemas[0]) == without_made_up_names(schemas[1]):
        return False, ""
    other = sorted(set(schemas[0]) ^ set(schemas[1]))
    return True, "; ".join(line[:100] for line in other[:4])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("-v", action="store_true", help="show also the pairs that are judged rightly")
    arguments.add_argument("--limit", type=int, default=10**9)
    options = arguments.parse_args()
    said = [json.loads(line) for line in subprocess.run(
        [options.program, "--pairs", str(options.folder)], check=True, capture_output=True, text=True).stdout.splitlines()]
    server = Server()
    counts = dict.fromkeys(["tp", "fp", "fn", "tn", "unread", "left out", "bare tp", "bare fp", "bare fn", "opaque"], 0)
    try:
        server.must("create database cur")
        for pair in said[: options.limit]:
            first, second = options.folder / pair["a"], options.folder / pair["b"]
            real = truth(server, "cur", first, second)
            error = server.apply("cur", first)
            if error and options.v:
                print(f"left out: {first.name}: {error}")
            if real is None:
                counts["left out"] += 1
                continue
            loud = ("order matters", "cannot both be applied")
            thought, bare = pair["clash"] in loud, pair["without_ancestor"] in loud
            counts["opaque"] += pair["opaque"]
            if pair["unread"]:
                counts["unread"] += 1
                continue
            counts[{(True, True): "tp", (True, False): "fp", (False, True): "fn", (False, False): "tn"}[thought, real[0]]] += 1
            if bare or real[0]:
                counts[{(True, True): "bare tp", (True, False): "bare fp", (False, True): "bare fn"}[bare, real[0]]] += 1
            if thought != real[0] or options.v:
                word = "MISSED" if real[0] and not thought else "false alarm" if thought != real[0] else "right"
                print(f"{word}: {first.name} | {second.name}\n    said {pair['clash']} {pair['why'][:6]}\n    real {real}")
                sys.stdout.flush()
    finally:
        server.stop()
    def rate(hit, miss):
        return f"{100 * hit / (hit + miss):.1f} %" if hit + miss else "none"
    print(json.dumps(counts))
    print(f"with the ancestors' footprints: recall {rate(counts['tp'], counts['fn'])}, precision {rate(counts['tp'], counts['fp'])}")
    print(f"without them: recall {rate(counts['bare tp'], counts['bare fn'])}, precision {rate(counts['bare tp'], counts['bare fp'])}")


main()
