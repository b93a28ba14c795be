# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.drop_column("users", "name")

# right
op.bulk_insert(sa.table("users", sa.column("id"), sa.column("name")), [{"id": 1, "name": "x"}])
