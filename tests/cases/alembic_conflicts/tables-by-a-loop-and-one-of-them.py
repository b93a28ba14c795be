# postgres: fails right-first, order
# sqlite: fails right-first, order

# left
for name in ("teams", "users"):
    op.add_column(name, sa.Column("tenant", sa.Integer()))

# right
op.drop_table("teams")
