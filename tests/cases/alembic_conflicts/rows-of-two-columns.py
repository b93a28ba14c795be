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

# rows
op.bulk_insert(sa.table("users", sa.column("id"), sa.column("name"), sa.column("age")), [{"id": 1, "name": "a", "age": 1}])

# left
op.execute("UPDATE users SET name = 'x'")

# right
op.execute("UPDATE users SET age = 2")
