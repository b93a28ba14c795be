use super::{value::What, *};

const HEAD: &str = "import sqlalchemy as sa\nfrom alembic import context, op\nfrom sqlalchemy import orm, text\nfrom sqlalchemy.dialects import postgresql\nfrom app import helpers\n\nTABLE = \"users\"\nusers = sa.table(\"users\", sa.column(\"id\"), sa.column(\"name\"))\n\n";

fn module(body: &str) -> String {
    let body = body.replace('\n', "\n    ");
    format!("{HEAD}def upgrade():\n    {body}\n")
}

/// The statements that stand for the calls of `upgrade()`; `?` before what is unread, `~` before
/// what can do more, `(…)` around what may not happen.
fn statements(text: &str, dialect: Dialect) -> Vec<String> {
    let mut all = Vec::new();
    for done in walk::upgrade(text, dialect) {
        match done.what {
            What::Unread { at, .. } => all.push(format!("?{}", &text[at])),
            What::Opaque => all.push("~".to_owned()),
            What::Sql { texts, opaque } => {
                for sql in texts {
                    let text = sql.text.replace('"', "");
                    let mark = if opaque.is_some() { "~" } else { "" };
                    all.push(if done.softly || sql.softly {
                        format!("({mark}{text})")
                    } else {
                        format!("{mark}{text}")
                    });
                }
            }
        }
    }
    all
}

fn check(cases: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (body, want) in cases {
        let got = statements(&module(body), Dialect::Postgres);
        if got != *want {
            wrong.push(format!("{body}\n  {got:#?}"));
        }
        // What is made here is what PostgreSQL's reader understands.
        if !want
            .iter()
            .any(|one| one.contains('?') || one.contains("DROP TABLE  NULL"))
        {
            let read = footprint(&module(body), Dialect::Postgres);
            if let Some(unread) = read.unread().next() {
                wrong.push(format!("{body}\n  unread {unread:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn columns() {
    check(&[
        (
            "op.add_column('users', sa.Column('email', sa.String(50), nullable=False, server_default='x'))",
            &["ALTER TABLE users ADD COLUMN email varchar(50) DEFAULT 'x' NOT NULL"],
        ),
        (
            "op.add_column('users', sa.Column('team_id', sa.Integer(), sa.ForeignKey('app.teams.id', name='fk', ondelete='CASCADE'), index=True), schema='app')",
            &[
                "ALTER TABLE app.users ADD COLUMN team_id integer",
                "ALTER TABLE app.users ADD CONSTRAINT fk FOREIGN KEY (team_id) REFERENCES app.teams (id) ON DELETE CASCADE",
                "CREATE INDEX ix_app_users_team_id ON app.users (team_id)",
            ],
        ),
        (
            "op.add_column(table_name=TABLE, column=sa.Column('a', sa.DateTime(timezone=True), server_default=sa.func.now(), unique=True, comment='when'), if_not_exists=True)",
            &[
                "ALTER TABLE users ADD COLUMN IF NOT EXISTS a timestamp with time zone DEFAULT now()",
                "ALTER TABLE users ADD UNIQUE (a)",
                "COMMENT ON COLUMN users.a IS 'when'",
            ],
        ),
        (
            "op.add_column('users', sa.Column('kind', postgresql.ARRAY(sa.Enum('a', name='kind'))))",
            &["ALTER TABLE users ADD COLUMN kind kind[]"],
        ),
        (
            "op.drop_column('users', 'a', if_exists=True)",
            &["ALTER TABLE users DROP COLUMN IF EXISTS a"],
        ),
        (
            "op.alter_column('users', 'a', new_column_name='b', existing_type=sa.Text(), nullable=True, server_default=None)",
            &[
                "ALTER TABLE users ALTER COLUMN a DROP NOT NULL",
                "ALTER TABLE users ALTER COLUMN a DROP DEFAULT",
                "ALTER TABLE users RENAME COLUMN a TO b",
            ],
        ),
        (
            "op.alter_column('users', 'a', type_=sa.Integer, postgresql_using='a::integer', existing_nullable=False)",
            &["ALTER TABLE users ALTER COLUMN a TYPE integer USING a::integer"],
        ),
        (
            "op.alter_column('users', 'a', existing_type=sa.Integer())",
            &[],
        ),
        (
            "op.alter_column('users', helpers.NAME, nullable=True)",
            &["?helpers.NAME"],
        ),
        (
            "op.add_column('users', sa.Column('a', helpers.Money(10), server_default=helpers.zero))",
            &["~ALTER TABLE users ADD COLUMN a pg_catalog.Money(10) DEFAULT NULL"],
        ),
    ]);
}

#[test]
fn tables() {
    check(&[
        (
            "op.create_table('t', sa.Column('id', sa.Integer(), nullable=False), sa.Column('kind', sa.Enum('a', 'b', name='kind')), sa.PrimaryKeyConstraint('id', name=op.f('t_pk')), sa.UniqueConstraint('kind'), sa.ForeignKeyConstraint(['id'], ['users.id']), sa.CheckConstraint('id > 0', name='c'), schema='app')",
            &[
                "CREATE TYPE kind AS ENUM ('a', 'b')",
                "CREATE TABLE app.t (id integer NOT NULL, kind kind, CONSTRAINT t_pk PRIMARY KEY (id), UNIQUE (kind), FOREIGN KEY (id) REFERENCES users (id), CONSTRAINT c CHECK (id > 0))",
            ],
        ),
        (
            "t = op.create_table('t', sa.Column('id', sa.BigInteger, primary_key=True), sa.Column('name', sa.Text(), index=True), sa.Index('i', 'name', unique=True))\nop.bulk_insert(t, [{'id': 1}, {'name': 'x'}])",
            &[
                "CREATE TABLE t (id serial, name text, PRIMARY KEY (id))",
                "CREATE INDEX ix_t_name ON t (name)",
                "CREATE UNIQUE INDEX i ON t (name)",
                "INSERT INTO t (id, name) VALUES (NULL, NULL)",
            ],
        ),
        (
            "op.create_table('t', sa.Column('id', sa.Integer(), nullable=False), sa.PrimaryKeyConstraint('id'))",
            &["CREATE TABLE t (id serial, PRIMARY KEY (id))"],
        ),
        (
            "op.create_table('t', sa.Column('a', sa.Integer()), sa.Column('b', sa.Integer()), sa.PrimaryKeyConstraint('a', 'b'))",
            &["CREATE TABLE t (a integer, b integer, PRIMARY KEY (a, b))"],
        ),
        (
            "op.create_table('t', *helpers.columns)",
            &["~CREATE TABLE t ()"],
        ),
        (
            "op.sync_enum_values('public', 'kind', ['a'], [('users', 'kind')], enum_values_to_rename=[])",
            &[
                "DROP TYPE public.kind",
                "CREATE TYPE public.kind AS ENUM ('a')",
                "ALTER TABLE public.users ALTER COLUMN kind TYPE public.kind",
            ],
        ),
        (
            "op.drop_table('t', if_exists=True)",
            &["DROP TABLE IF EXISTS t"],
        ),
        (
            "op.rename_table('t', 'u', schema='app')",
            &["ALTER TABLE app.t RENAME TO u"],
        ),
        (
            "op.create_table_comment('t', 'x')\nop.drop_table_comment('t')",
            &["COMMENT ON TABLE t IS 'x'", "COMMENT ON TABLE t IS NULL"],
        ),
        (
            "users.create(op.get_bind(), checkfirst=True)\nusers.drop(op.get_bind())",
            &[
                "CREATE TABLE IF NOT EXISTS users (id text, name text)",
                "DROP TABLE users",
            ],
        ),
    ]);
}

#[test]
fn constraints_and_indexes() {
    check(&[
        (
            "op.create_index('i', 'users', [sa.text('lower(name)'), 'id'], unique=True, postgresql_where=sa.text('id > 0'), postgresql_using='btree', postgresql_concurrently=True)",
            &[
                "CREATE UNIQUE INDEX CONCURRENTLY i ON users USING btree (lower(name), id) WHERE id > 0",
            ],
        ),
        (
            "op.create_index(op.f('i'), 'users', [sa.text(\"(data ->> 'x') DESC\"), sa.func.lower(sa.column('name'))])",
            &["CREATE INDEX i ON users ((data ->> 'x') DESC, lower(name))"],
        ),
        ("op.drop_index('i', table_name='users')", &["DROP INDEX i"]),
        (
            "op.drop_index('i', 'users', postgresql_concurrently=True, if_exists=True)",
            &["DROP INDEX CONCURRENTLY IF EXISTS i"],
        ),
        (
            "op.drop_index(op.f('i'), schema='app', if_exists=True)",
            &["DROP INDEX IF EXISTS app.i"],
        ),
        (
            "op.create_unique_constraint(None, 'users', ['a', 'b'])",
            &["ALTER TABLE users ADD UNIQUE (a, b)"],
        ),
        (
            "op.create_check_constraint('c', 'users', 'a > 0', postgresql_not_valid=True)",
            &["ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID"],
        ),
        (
            "op.create_unique_constraint(name='u', source='users', local_cols=['a'])",
            &["ALTER TABLE users ADD CONSTRAINT u UNIQUE (a)"],
        ),
        (
            "op.create_foreign_key('fk', 'a', 'b', ['x'], ['y'], ondelete='SET NULL', source_schema='s', referent_schema='r')",
            &[
                "ALTER TABLE s.a ADD CONSTRAINT fk FOREIGN KEY (x) REFERENCES r.b (y) ON DELETE SET NULL",
            ],
        ),
        (
            "op.create_check_constraint('c', 'users', sa.text('a > 0'))",
            &["ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0)"],
        ),
        (
            "op.create_check_constraint('c', 'users', sa.column('a') > 0)",
            &["?sa.column('a') > 0"],
        ),
        (
            "op.create_primary_key('p', 'users', ['a'])",
            &["ALTER TABLE users ADD CONSTRAINT p PRIMARY KEY (a)"],
        ),
        (
            "op.create_exclude_constraint('e', 'users', ('a', '&&'), (sa.text('b'), '='), using='gist', where=sa.text('c'))",
            &[
                "ALTER TABLE users ADD CONSTRAINT e EXCLUDE USING gist (a WITH &&, b WITH =) WHERE (c)",
            ],
        ),
        (
            "op.drop_constraint('c', 'users', type_='check')",
            &["ALTER TABLE users DROP CONSTRAINT c"],
        ),
        // Nobody knows which: Alembic needs the name, too.
        (
            "op.drop_constraint(None, 'users', type_='foreignkey')",
            &["?None"],
        ),
    ]);
}

#[test]
fn statements_of_sql() {
    check(&[
        ("op.execute('SELECT 1')", &["SELECT 1"]),
        (
            "op.execute(sa.text('DELETE FROM a WHERE b = :b AND c::text = :c').bindparams(b=1))",
            &["DELETE FROM a WHERE b = (NULL) AND c::text = (NULL)"],
        ),
        ("op.execute(f'DROP TABLE {TABLE}')", &["DROP TABLE users"]),
        ("op.execute('DROP TABLE ' + TABLE)", &["DROP TABLE users"]),
        (
            "op.execute('DROP TABLE %s' % TABLE)\nop.execute('DROP TABLE {}'.format(TABLE))",
            &["DROP TABLE users", "DROP TABLE users"],
        ),
        (
            "op.execute(f'DROP TABLE {helpers.name()}')",
            &["~", "~DROP TABLE  NULL "],
        ),
        (
            "op.execute(f'DELETE FROM users WHERE id = {helpers.id()} AND x = {1.5}')",
            &["~", "~DELETE FROM users WHERE id =  NULL  AND x = 1.5"],
        ),
        (
            "import textwrap\nop.execute(textwrap.dedent('SELECT 1').strip())",
            &["SELECT 1"],
        ),
        (
            "from app import db\ndb.session.execute('SELECT 1')\ndb.session.commit()",
            &["SELECT 1"],
        ),
        (
            "op.execute(f\"INSERT INTO users VALUES ('{helpers.name()}')\")",
            &["~", "INSERT INTO users VALUES ('')"],
        ),
        (
            "elsewhere.fill()\nx = elsewhere.fill(op)",
            &["?elsewhere.fill()", "?elsewhere.fill(op)"],
        ),
        ("helpers.fill()", &["?helpers.fill()"]),
        (
            "meta = sa.MetaData()\nmeta.reflect(op.get_bind())\nop.get_bind().execute(meta.tables['app.t'].delete())",
            &["DELETE FROM app.t"],
        ),
        (
            "session = orm.Session(bind=op.get_bind())\nsession.query(users).all()",
            &["~SELECT * FROM users", "~DELETE FROM users"],
        ),
        (
            "conn = op.get_bind()\nrows = conn.execute(text('SELECT id FROM users'))\nfor row in rows:\n    conn.execute(text('UPDATE users SET name = :n'), {'n': row.name.lower()})",
            &["SELECT id FROM users", "(UPDATE users SET name = (NULL))"],
        ),
        (
            "op.get_bind().exec_driver_sql('SELECT 1 %% 2')",
            &["SELECT 1 % 2"],
        ),
        (
            "session = orm.Session(bind=op.get_bind())\nsession.execute('SELECT 1')\nsession.commit()\nsession.close()",
            &["SELECT 1"],
        ),
        (
            "session = orm.Session(bind=op.get_bind())\nsession.query(helpers.User).all()",
            &["?session.query(helpers.User)"],
        ),
        (
            "op.execute(users.update().where(users.c.id == 1).values(name='x'))",
            &["UPDATE users SET name = NULL WHERE (users.id) IS NOT NULL"],
        ),
        (
            "op.execute(sa.delete(users).where(users.c.name.is_(None)))",
            &["DELETE FROM users WHERE (users.name) IS NOT NULL"],
        ),
        (
            "op.execute(sa.update(sa.table('t', sa.column('a'), sa.column('b'))).values(a=sa.func.round(sa.column('b'))))",
            &["UPDATE t SET a = NULL WHERE (b) IS NOT NULL"],
        ),
        (
            "op.execute(sa.insert(users).values([{'id': 1, 'name': 'x'}]))",
            &["INSERT INTO users (id, name) VALUES (NULL, NULL)"],
        ),
        (
            "op.get_bind().execute(sa.select(users.c.id))",
            &["SELECT users.id FROM users"],
        ),
        (
            "kind = sa.Enum('a', 'b', name='kind')\nkind.create(op.get_bind())\npostgresql.ENUM(name='k').drop(op.get_bind())",
            &["CREATE TYPE kind AS ENUM ('a', 'b')", "(DROP TYPE k)"],
        ),
        (
            "with op.get_context().autocommit_block():\n    op.execute('SELECT 1')",
            &["SELECT 1"],
        ),
    ]);
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn ways_through_a_module() {
    check(&[
        (
            "for t in ['a', 'b']:\n    op.drop_table(t)",
            &["DROP TABLE a", "DROP TABLE b"],
        ),
        (
            "for t, c in (('a', 'x'), ('b', 'y')):\n    op.drop_column(t, c)",
            &["ALTER TABLE a DROP COLUMN x", "ALTER TABLE b DROP COLUMN y"],
        ),
        (
            "[op.drop_table(t) for t in ('a', 'b')]",
            &["DROP TABLE a", "DROP TABLE b"],
        ),
        ("for t in helpers.tables:\n    op.drop_table(t)", &["?t"]),
        (
            "if op.get_bind().dialect.name == 'postgresql':\n    op.drop_table('a')\nelse:\n    op.drop_table('b')",
            &["DROP TABLE a"],
        ),
        (
            "if context.is_offline_mode():\n    op.drop_table('a')\nop.drop_table('b')",
            &["DROP TABLE b"],
        ),
        (
            "inspector = sa.inspect(op.get_bind())\nif 'a' not in inspector.get_table_names():\n    op.create_table('a')",
            &["(CREATE TABLE a ())"],
        ),
        (
            "if helpers.FLAG:\n    return\nop.drop_table('a')",
            &["(DROP TABLE a)"],
        ),
        (
            "if helpers.FLAG:\n    raise ValueError\nop.drop_table('a')",
            &["DROP TABLE a"],
        ),
        (
            "name = 'a' if helpers.FLAG else 'b'\nop.drop_table(name)",
            &["?name"],
        ),
        (
            "sql = 'DROP TABLE a' if helpers.FLAG else 'DROP TABLE b'\nop.execute(sql)",
            &["(DROP TABLE a)", "(DROP TABLE b)"],
        ),
        (
            "all = ['a']\nif helpers.FLAG:\n    all += ['b']\nfor name in all:\n    op.drop_table(name)",
            &["(DROP TABLE a)", "(DROP TABLE b)", "(DROP TABLE a)"],
        ),
        (
            "try:\n    op.drop_table('a')\nexcept Exception:\n    pass",
            &["(DROP TABLE a)"],
        ),
        (
            "print('x')\nimport logging\nlogging.getLogger(__name__).info('x')",
            &[],
        ),
        (
            "helpers.fill(op.get_bind())",
            &["?helpers.fill(op.get_bind())"],
        ),
        (
            "op.create_entity(helpers.VIEW)",
            &["?op.create_entity(helpers.VIEW)"],
        ),
        (
            "def fill(table, name='n'):\n    op.drop_column(table, name)\nfill('a')\nfill('b', name='m')",
            &["ALTER TABLE a DROP COLUMN n", "ALTER TABLE b DROP COLUMN m"],
        ),
        ("def again():\n    again()\nagain()", &["?again()"]),
        // Whatever may be called, is.
        ("list(map(lambda t: op.drop_table(t), ['a']))", &["?t"]),
        ("list(map(op.drop_table, ['a']))", &["?op.drop_table"]),
        (
            "def drop(name):\n    op.drop_table('a')\nlist(map(drop, helpers.names))",
            &["(DROP TABLE a)"],
        ),
        (
            "class Work:\n    def upgrade(self):\n        op.drop_table('a')\nWork().upgrade()",
            &["?Work().upgrade()"],
        ),
        (
            "with helpers.engine.connect() as conn:\n    conn.execute(text('SELECT 1'))",
            &["~", "SELECT 1"],
        ),
        (
            "users.insert().values(id=1).execute()",
            &["INSERT INTO users (id) VALUES (NULL)"],
        ),
        (
            "sa.MetaData().create_all(op.get_bind())",
            &["?sa.MetaData().create_all(op.get_bind())"],
        ),
        (
            "getattr(op, 'drop_table')('a')",
            &["?getattr(op, 'drop_table')('a')"],
        ),
        (
            "with op.batch_alter_table('users', schema=None) as batch_op:\n    batch_op.add_column(sa.Column('a', sa.Integer()))\n    batch_op.drop_constraint('c', type_='unique')\n    batch_op.create_index(batch_op.f('i'), ['a'], unique=False)\n    batch_op.create_foreign_key('fk', 'teams', ['a'], ['id'])",
            &[
                "ALTER TABLE users ADD COLUMN a integer",
                "ALTER TABLE users DROP CONSTRAINT c",
                "CREATE INDEX i ON users (a)",
                "ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES teams (id)",
            ],
        ),
    ]);
}

#[test]
fn places_are_those_of_the_calls() {
    let text = module("op.execute('DROP TABLE a; DROP TABLE b')\nhelpers.run()");
    let read = footprint(&text, Dialect::Postgres);
    let places: Vec<&str> = read
        .statements
        .iter()
        .map(|one| &text[one.span.clone()])
        .collect();
    let call = "op.execute('DROP TABLE a; DROP TABLE b')";
    assert_eq!(places, [call, call, "helpers.run()"]);
    assert!(!read.is_known());
}

/// SQLite has neither enums nor sequences, one schema, and names without case.
#[test]
fn the_same_for_sqlite() {
    let text = module(
        "op.create_table('T', sa.Column('Id', sa.Integer, primary_key=True), sa.Column('k', sa.Enum('a', name='kind')))\nop.execute('PRAGMA foreign_keys=ON')\nop.drop_index('I', table_name='T')",
    );
    let read = footprint(&text, Dialect::Sqlite);
    assert!(read.is_known(), "{read:#?}");
    let all: Vec<String> = read.accesses().map(|(_, one)| one.to_string()).collect();
    assert_eq!(
        all,
        [
            "creates table t",
            "creates constraint t.t_pkey",
            "uses table t",
            "creates index t_pkey",
            "creates primary key t",
            "creates unique key t.id",
            "drops index i",
            "uses table t",
        ]
    );
}

/// A module is anybody's, and this one would never end.
#[test]
fn what_takes_too_long_is_unread() {
    let deep = format!(
        "x = {}1{}\nop.drop_table('a')",
        "[".repeat(180),
        "]".repeat(180)
    );
    for body in [
        "x = 'a'\nfor i in range(200):\n    x = x + x\nop.drop_table(x)",
        "x = 'a'\nfor i in range(200):\n    x = '{0}{0}'.format(x)\nop.drop_table(x)",
        "x = [1]\nfor i in range(200):\n    x = [x, x]\nop.drop_table(x[0])",
        "x = sa.text('a')\nfor i in range(200):\n    x = sa.or_(x, x)\nop.execute(x)",
        "x = range(200)\n[op.drop_table(i + j + k) for i in x for j in x for k in x]",
        "def f(n):\n    f(n)\n    f(n)\nf(1)",
        "for i in range(200):\n    for j in range(200):\n        for k in range(200):\n            pass",
        &deep,
    ] {
        let read = footprint(&module(body), Dialect::Postgres);
        assert!(!read.is_known(), "{body}");
    }
}

#[test]
fn what_is_no_python_is_unread() {
    assert!(!footprint("print 'x'\ndef upgrade():\n  pass", Dialect::Postgres).is_known());
    assert!(
        footprint("def upgrade():\n  pass", Dialect::Postgres)
            .statements
            .is_empty()
    );
}
