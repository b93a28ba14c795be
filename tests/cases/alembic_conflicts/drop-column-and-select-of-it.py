# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.drop_column("users", "name")

# right
users = sa.table("users", sa.column("id"), sa.column("name"))
conn = op.get_bind()
for row in conn.execute(sa.select(users.c.name)):
    conn.execute(sa.text("UPDATE teams SET title = :name"), {"name": row.name})
