# postgres: independent, none
# sqlite: independent, none

# left
op.drop_column("users", "age")

# right
users = sa.table("users", sa.column("id"), sa.column("name"))
op.execute(users.update().where(users.c.id == 1).values(name="x"))
