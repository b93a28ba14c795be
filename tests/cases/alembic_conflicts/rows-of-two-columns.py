# postgres: independent, none
# sqlite: independent, none

# rows
op.bulk_insert(sa.table("users", sa.column("id"), sa.column("name"), sa.column("age")), [{"id": 1, "name": "a", "age": 1}])

# left
op.execute("UPDATE users SET name = 'x'")

# right
op.execute("UPDATE users SET age = 2")
