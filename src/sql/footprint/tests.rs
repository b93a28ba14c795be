use super::*;
use crate::model::Dialect::{Postgres, Sqlite};

/// The accesses of a script as people read them; `…` where there can be more.
fn touched(script: &str) -> String {
    let footprint = footprint(script, Postgres, &[]);
    let mut words = Vec::new();
    for statement in &footprint.statements {
        words.extend(statement.accesses.iter().map(ToString::to_string));
        match statement.seen {
            Seen::Whole => {}
            Seen::Opaque { .. } => words.push("…".to_owned()),
            Seen::Unread { .. } => words.push("unread".to_owned()),
        }
    }
    words.join("; ")
}

/// A line for each kind of statement, and what it touches.
#[rustfmt::skip]
const STATEMENTS: &[(&str, &str)] = &[
    ("create table t (id int)",
     "creates table t"),
    ("create table if not exists app.t (id serial primary key, e mood, a int not null references p(x) on delete cascade, constraint ck check (a > b), foreign key (a,b) references q)",
     "creates or replaces table app.t; uses schema app; creates sequence app.t_id_seq; uses table app.t; creates constraint app.t.t_pkey; creates index app.t_pkey; creates primary key app.t; creates unique key app.t.id; uses type mood; uses table mood; creates constraint app.t.t_a_fkey; uses table p; uses column p.x (key); uses unique key p.x; creates constraint app.t.ck; uses column app.t.a; uses column app.t.b; creates constraint app.t.t_a_b_fkey; uses table q; uses primary key q"),
    ("create temp table tt as select 1 as a; insert into tt values (1)",
     "creates table pg_temp.tt; writes rows of table pg_temp.tt"),
    ("create table p partition of t for values in (1)",
     "creates table p; alters table t (partition p)"),
    ("create table n as select a from t",
     "creates table n; reads table t; reads column t.a; uses table t"),
    ("create table n (like t including all)",
     "creates table n; uses table t; uses column t.*"),
    ("create foreign table ft (a int) server s",
     "creates table ft"),
    ("select a into newt from t",
     "creates table newt; uses table t; uses column t.a"),
    ("alter table only t add column c int not null default f(1), add column if not exists n text not null, drop column if exists d cascade",
     "uses table t; creates column t.c; uses function f; creates or replaces column t.n; changes the rules for rows of table t; drops column t.d"),
    ("alter table t alter column e set data type text using e::text, alter e set default 1, alter q set not null",
     "uses table t; changes the rules for rows of column t.e; changes the rules for rows of table t; alters column t.e (type); uses column t.e; alters column t.e (default); changes the rules for rows of column t.q; alters column t.q (NOT NULL)"),
    ("alter table t add constraint u unique (a,b), add check (z > 1), add primary key (a)",
     "uses table t; creates constraint t.u; creates index u; uses column t.a; uses column t.b; changes the rules for rows of column t.a; changes the rules for rows of table t; changes the rules for rows of column t.b; creates unique key t.a_b; creates constraint t.t_z_check; uses column t.z; changes the rules for rows of column t.z; creates constraint t.t_pkey; creates index t_pkey; creates primary key t; creates unique key t.a"),
    ("alter table t add constraint fk foreign key (a) references p (x), drop constraint t_pkey, drop constraint t_a_key, validate constraint q",
     "uses table t; creates constraint t.fk; uses column t.a (key); changes the rules for rows of column t.a; changes the rules for rows of table t; uses table p; uses column p.x (key); uses unique key p.x; reads table p; drops constraint t.t_pkey; drops index t_pkey; drops primary key t; drops constraint t.t_a_key; drops index t_a_key; drops unique key t.a; alters constraint t.q (state)"),
    ("alter table t add constraint pk primary key using index ix",
     "uses table t; creates constraint t.pk; alters index ix; creates primary key t"),
    ("alter table t add constraint x exclude using gist (a with =)",
     "uses table t; uses column t.a; creates constraint t.x; creates index x; changes the rules for rows of column t.a; changes the rules for rows of table t"),
    ("alter table t alter column a add generated always as identity",
     "uses table t; changes the rules for rows of column t.a; changes the rules for rows of table t; creates sequence t_a_seq; alters column t.a (default)"),
    ("alter table t rename to z",
     "uses table t; renames table t; creates table z"),
    ("alter table t rename column a to b",
     "uses table t; renames column t.a; creates column t.b"),
    ("alter table t rename constraint a to b",
     "uses table t; renames constraint t.a; creates constraint t.b"),
    ("alter table t set schema x",
     "uses table t; uses schema x; creates table x.t; renames table t"),
    ("alter table t enable row level security, disable trigger tr, owner to joe, set (fillfactor = 70)",
     "uses table t; alters table t (row security); alters trigger t.tr (state); alters table t (owner); alters table t (options)"),
    ("alter table t attach partition p for values in (1)",
     "uses table t; uses column t.*; uses column p.*; uses table p; alters table t (partition p); alters table p (parent)"),
    ("create unique index concurrently on t using gin (a, lower(b) desc) include (c) where d > 1",
     "uses table t; creates index t_a_lower_idx; uses column t.a; uses column t.b; uses column t.c; uses column t.d; changes the rules for rows of column t.a; changes the rules for rows of table t; changes the rules for rows of column t.b; changes the rules for rows of column t.d; creates unique key t.a_b"),
    ("create index on t ((a + 1)); create index on t (coalesce(a, b), (b::text))",
     "uses table t; creates index t_expr_idx; uses column t.a; uses table t; creates index t_coalesce_b_idx; uses column t.a; uses column t.b"),
    ("create index if not exists app_i on app.t (a)",
     "uses table app.t; creates or replaces index app.app_i; uses schema app; uses column app.t.a"),
    ("drop index if exists a, s.b cascade",
     "drops index a; drops index s.b"),
    ("alter index i rename to j",
     "renames index i; creates index j"),
    ("create view v as with q as (select * from w) select t.a, t.*, count(*) from t join q using (id) where exists (select * from u where u.x = t.y)",
     "creates view v; uses table w; uses table t; uses table u; uses column w.* (type); uses column t.a (type); uses column t.* (type); uses column t.id (type); uses column u.id (type); uses column w.id (type); uses column u.x (type); uses column t.y (type)"),
    ("create or replace view v as select 1",
     "creates or replaces view v"),
    ("create materialized view mv as select * from t",
     "creates view mv; uses table t; uses column t.* (type); reads table t"),
    ("refresh materialized view mv",
     "writes rows of view mv"),
    ("alter view v rename column a to b",
     "renames column v.a; uses table v; creates column v.b"),
    ("drop view v",
     "drops view v"),
    ("create type m as enum ('a','b')",
     "creates type m"),
    ("create type c as (a int, b m)",
     "creates type c; uses type m; uses table m"),
    ("create domain d as text check (value <> '')",
     "creates type d"),
    ("alter type m add value if not exists 'c' before 'a'",
     "uses type m; creates or replaces label m.c; uses label m.a"),
    ("alter type m rename value 'a' to 'b'",
     "uses type m; renames label m.a; creates label m.b"),
    ("alter type comp add attribute a int",
     "alters type comp"),
    ("drop type if exists m",
     "drops type m"),
    ("create sequence s owned by t.c",
     "creates sequence s; uses table t; uses column t.c"),
    ("alter sequence s owned by t.a",
     "alters sequence s; uses table t; uses column t.a"),
    ("select setval('app.s', 3)",
     "uses sequence app.s"),
    ("create or replace function f(a int, out b text) returns setof t language plpgsql as $$ begin update t set a=1; return query select * from u; end $$",
     "creates or replaces function f(integer); uses type t; uses table t; names table t; names column t.a; names table u; names column u.*"),
    ("create function g() returns int language sql as 'select a from t'",
     "creates function g(); uses table t; uses column t.a"),
    ("create function h() returns int begin atomic select a from t; end",
     "creates function h(); uses table t; uses column t.a"),
    ("alter function f(int) owner to joe",
     "alters function f(integer) (owner)"),
    ("drop function f(int), g",
     "drops function f(integer); drops function g"),
    ("create trigger tr before update of a,b on t for each row when (old.a is distinct from new.a) execute function f(1)",
     "creates trigger t.tr; uses table t; changes the rules for rows of table t; uses column t.a (type); uses column t.b (type); uses function f"),
    ("drop trigger tr on t",
     "uses table t; drops trigger t.tr; changes the rules for rows of table t"),
    ("create policy po on t for select to joe using (a = current_user and b in (select id from w))",
     "creates policy t.po; uses table t; uses table w; uses column w.id (type); uses column t.a (type); uses column t.b (type); names column t.id; names table t"),
    ("create rule r as on insert to t do instead insert into u values (1)",
     "creates rule t.r; uses table t; uses table u"),
    ("create extension if not exists \"uuid-ossp\" with schema x",
     "creates or replaces extension uuid-ossp; uses schema x"),
    ("drop extension x",
     "drops extension x"),
    ("create schema s create table t (a int) create view v as select a from t",
     "creates schema s; creates table s.t; uses schema s; creates view s.v; uses table s.t; uses column s.t.a (type)"),
    ("drop schema a cascade",
     "drops schema a"),
    ("create publication p for table t",
     "creates publication p; uses table t"),
    ("create statistics st on a,b from t",
     "creates statistics st; uses table t"),
    ("create cast (a as b) without function",
     "creates cast ( a as b )"),
    ("create role joe",
     "creates role joe"),
    ("comment on column t.a is 'x'",
     "alters column t.a (comment); uses table t"),
    ("comment on constraint k on t is 'x'",
     "alters constraint t.k (comment); uses table t"),
    ("comment on table s.t is null",
     "alters table s.t (comment)"),
    ("grant select (a), insert on t, u to joe, group x",
     "alters table t (privileges); alters table t (privileges); alters table u (privileges); alters table u (privileges)"),
    ("revoke all on schema s from public",
     "alters schema s (privileges)"),
    ("alter default privileges in schema s grant select on tables to joe",
     "changes the rules for rows of schema s; alters schema s (default privileges)"),
    ("insert into t (a,b) select x from y on conflict (a) do update set b = excluded.b returning *",
     "writes rows of table t; uses column t.a; uses table t; uses column t.b; reads table y; reads column y.x; uses table y; names column t.x; names table t; reads column t.a; reads column y.a; reads column t.b"),
    ("update only t as z set a = 1, (b,c) = (1,2) from q where z.id=q.id",
     "reads table t; writes rows of column t.a; uses table t; writes rows of column t.b; writes rows of column t.c; reads table q; reads column t.id; reads column q.id; uses table q"),
    ("delete from t where a = 1",
     "writes rows of table t; reads column t.a; uses table t"),
    ("merge into t using s on t.a=s.b when matched then update set c = s.d",
     "writes rows of table t; uses column t.c; uses table t; reads table s; reads column t.a; reads column s.b; uses table s; reads column s.d"),
    ("truncate a, b",
     "writes rows of table a; writes rows of table b"),
    ("copy t (a) from '/x'",
     "writes rows of table t; uses column t.a; uses table t"),
    ("with moved as (delete from t returning a) insert into u select a from moved",
     "writes rows of table u; writes rows of table t; reads column t.a; uses table t; reads column u.a; uses table u"),
    ("select 1 from t",
     "uses table t"),
    ("select create_hypertable('t','a')",
     "uses function create_hypertable; …"),
    ("call p(1)",
     "uses function p; …"),
    ("do $$ begin if not exists (select 1 from pg_type) then create type z as enum ('a'); end if; execute 'drop table x'; end $$",
     "creates or replaces type z; drops table x"),
    ("do $$ begin create table i (); exception when duplicate_table then null; end $$",
     "creates or replaces table i"),
    ("do $$ begin execute format('x'); end $$",
     "…"),
    ("set search_path to a, \"B\"; create table x(); alter table y drop column z; reset search_path; create table x()",
     "creates table a.x; uses schema a; uses table a.y; drops column a.y.z; uses table B.y; drops column B.y.z; creates table x"),
    ("select set_config('search_path','zz',false); create table x ()",
     "creates table zz.x; uses schema zz"),
    ("lock table t",
     "uses table t"),
    ("vacuum t",
     "uses table t"),
    ("begin",
     ""),
];

#[test]
fn each_kind_of_statement() {
    let mut wrong = Vec::new();
    for (script, accesses) in STATEMENTS {
        let found = touched(script);
        if found != *accesses {
            wrong.push(format!("{script}\n  found {found}\n  not   {accesses}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn places_are_the_scripts() {
    let script = "-- ä\nCREATE TABLE a (x int);\nALTER TABLE b FROBNICATE now;\nDO $$ BEGIN EXECUTE f(); END $$;";
    let footprint = footprint(script, Postgres, &[]);
    let [create, alter, block] = footprint.statements.as_slice() else {
        panic!("{footprint:?}");
    };
    assert_eq!(&script[create.span.clone()], "CREATE TABLE a (x int)");
    let Seen::Unread { at } = &alter.seen else {
        panic!("{alter:?}");
    };
    assert!(
        script[at.clone()].ends_with("now"),
        "{:?}",
        &script[at.clone()]
    );
    assert_eq!(alter.accesses[0].object.to_string(), "table b");
    assert!(matches!(block.seen, Seen::Opaque { .. }));
    assert!(!footprint.is_known());
}

#[test]
fn one_statement_that_cannot_be_read_hides_no_other() {
    let footprint = footprint(
        "CREATE TABLE a (x int); FROBNICATE; DROP TABLE b",
        Postgres,
        &[],
    );
    let known: Vec<bool> = footprint
        .statements
        .iter()
        .map(|one| one.seen == Seen::Whole)
        .collect();
    assert_eq!(known, [true, false, true]);
    assert_eq!(
        footprint.statements[2].accesses[0].to_string(),
        "drops table b"
    );
}

#[test]
fn without_a_database_sqlite_is_a_guess() {
    let footprint = footprint("CREATE TABLE a (x INT)", Sqlite, &[]);
    assert!(!footprint.is_known());
    assert_eq!(
        footprint.statements[0].accesses[0].object.to_string(),
        "table a"
    );
}

#[test]
fn the_search_path_can_be_given() {
    let footprint = footprint("CREATE TABLE a (x int)", Postgres, &["app"]);
    assert_eq!(
        footprint.statements[0].accesses[0].object.to_string(),
        "table app.a"
    );
}

#[test]
fn too_deep_a_script_is_unread() {
    let script = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(!footprint(&script, Postgres, &[]).is_known());
}
