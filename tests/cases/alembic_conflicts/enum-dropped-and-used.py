# postgres: fails both, order

# before
op.create_table(
    "teams",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("title", sa.String(50)),
)
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(50)),
    sa.Column("age", sa.Integer()),
    sa.Column("team_id", sa.Integer()),
)
op.execute("CREATE TYPE kind AS ENUM ('x')")

# left
op.execute("DROP TYPE kind")

# right
op.add_column("users", sa.Column("k", postgresql.ENUM("x", name="kind", create_type=False)))
