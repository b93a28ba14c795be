# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.add_column("users", sa.Column("email", sa.Text(), index=True))

# right
op.create_index("ix_users_email", "users", ["name"])
