# postgres: independent, none
# sqlite: independent, none

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
op.drop_column("users", "age")

# right
users = sa.table("users", sa.column("id"), sa.column("name"))
op.execute(users.update().where(users.c.id == 1).values(name="x"))
