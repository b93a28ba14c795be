# postgres: independent, none
# sqlite: independent, none

# left
with op.batch_alter_table("users") as batch_op:
    batch_op.add_column(sa.Column("email", sa.Text()))

# right
op.execute("CREATE VIEW v AS SELECT name FROM users")
