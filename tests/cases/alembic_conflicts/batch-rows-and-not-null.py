# postgres: fails both, possible
# sqlite: fails both, possible

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("name", existing_type=sa.String(50), nullable=False)

# right
op.execute("INSERT INTO users (id) VALUES (7)")
