# postgres: independent, none
# sqlite: independent, none

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("age", existing_type=sa.Integer(), nullable=False)

# right
op.add_column("users", sa.Column("email", sa.Text()))
