# postgres: fails both, cannot both
# sqlite: fails right-first, cannot both
# why: a batch that copies puts the column of the same name in its place

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.add_column(sa.Column("email", sa.Text()))

# right
with op.batch_alter_table("users") as batch_op:
    batch_op.add_column(sa.Column("email", sa.Text()))
    batch_op.alter_column("age", nullable=True)
