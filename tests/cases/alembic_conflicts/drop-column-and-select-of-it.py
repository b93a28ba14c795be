# postgres: fails left-first, order
# sqlite: fails left-first, order

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
op.drop_column("users", "name")

# right
users = sa.table("users", sa.column("id"), sa.column("name"))
conn = op.get_bind()
for row in conn.execute(sa.select(users.c.name)):
    conn.execute(sa.text("UPDATE teams SET title = :name"), {"name": row.name})
