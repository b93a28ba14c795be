# postgres: independent, none
# sqlite: order matters, order

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
    batch_op.alter_column("age", nullable=False)

# right
op.create_index("i", "users", [sa.text("lower(name)")])
