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
with op.batch_alter_table("users") as batch_op:
    batch_op.create_unique_constraint("u", ["name"])

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_constraint("u", type_="unique")

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.drop_constraint("u", type_="unique")
