# postgres: fails both, order
# sqlite: independent, order
# why: SQLite does not look for the parent while foreign keys are off, as they are with Alembic

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
op.drop_table("teams")

# right
op.create_table("n", sa.Column("id", sa.Integer()), sa.Column("t", sa.Integer(), sa.ForeignKey("teams.id")))
