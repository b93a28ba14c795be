# postgres: fails left-first, order
# sqlite: fails both, order

# left
op.drop_column("users", "name")

# right
op.create_index("ix_users_lower", "users", [sa.text("lower(name)")], unique=True)
