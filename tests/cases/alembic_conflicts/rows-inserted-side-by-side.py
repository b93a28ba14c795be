# postgres: independent, possible
# sqlite: independent, possible

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
op.execute("INSERT INTO users (id) VALUES (7)")

# right
op.execute("INSERT INTO users (id) VALUES (8)")
