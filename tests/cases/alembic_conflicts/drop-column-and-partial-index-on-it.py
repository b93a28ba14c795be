# postgres: fails left-first, order
# sqlite: fails both, order

# left
op.drop_column("users", "age")

# right
op.create_index("ix_users_grown", "users", ["name"], postgresql_where=sa.text("age > 18"), sqlite_where=sa.text("age > 18"))
