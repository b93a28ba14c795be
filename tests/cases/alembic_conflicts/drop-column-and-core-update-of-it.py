# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.drop_column("users", "name")

# right
users = sa.table("users", sa.column("id"), sa.column("name"))
op.execute(users.update().where(users.c.id == 1).values(name="x"))
