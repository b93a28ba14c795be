# postgres: fails both, possible

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
op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"])

# right
op.execute("INSERT INTO users (id, team_id) VALUES (1, 99)")
