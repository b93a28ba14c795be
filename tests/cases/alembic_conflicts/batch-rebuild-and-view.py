# postgres: independent, none
# sqlite: fails right-first, order

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.alter_column("age", nullable=False)

# right
op.execute("CREATE VIEW v AS SELECT name FROM users")
