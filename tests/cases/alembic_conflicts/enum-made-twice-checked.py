# postgres: independent, none

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

# left
kind = sa.Enum("a", "b", name="kind")
kind.create(op.get_bind(), checkfirst=True)
op.add_column("users", sa.Column("kind", kind))

# right
kind = sa.Enum("a", "b", name="kind")
kind.create(op.get_bind(), checkfirst=True)
op.add_column("teams", sa.Column("kind", kind))
