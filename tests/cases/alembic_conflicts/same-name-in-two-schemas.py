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
op.execute("CREATE SCHEMA one")
op.execute("CREATE SCHEMA two")

# left
op.create_table("a", sa.Column("id", sa.Integer()), schema="one")

# right
op.create_table("a", sa.Column("id", sa.Integer()), schema="two")
