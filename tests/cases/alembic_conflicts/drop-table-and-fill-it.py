# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.drop_table("teams")

# right
op.bulk_insert(sa.table("teams", sa.column("id")), [{"id": 1}])
