# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# before
op.create_table(
    "teams",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("title", sa.String(50)),
)
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(50)),
    sa.Column("age", sa.Integer()),
    sa.Column("team_id", sa.Integer()),
)

# left
op.add_column("users", sa.Column("email", sa.Text(), index=True))

# right
op.create_index("ix_users_email", "users", ["name"])
