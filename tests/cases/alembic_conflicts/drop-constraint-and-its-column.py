# postgres: fails right-first, order

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
op.create_unique_constraint("u", "teams", ["title"])

# left
op.drop_constraint("u", "teams", "unique")

# right
op.drop_column("teams", "title")
