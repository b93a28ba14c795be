# postgres: fails both, cannot both
# sqlite: fails right-first, cannot both
# why: a batch that copies puts the column of the same name in its place

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
with op.batch_alter_table("users") as batch_op:
    batch_op.add_column(sa.Column("email", sa.Text()))

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.add_column(sa.Column("email", sa.Text()))
    batch_op.alter_column("age", nullable=True)
