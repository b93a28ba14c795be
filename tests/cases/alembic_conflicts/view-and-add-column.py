# postgres: independent, none
# sqlite: independent, none

# left
op.execute("CREATE VIEW v AS SELECT name FROM users")

# right
op.add_column("users", sa.Column("email", sa.Text()))
