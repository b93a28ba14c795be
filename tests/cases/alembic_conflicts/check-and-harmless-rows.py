# postgres: independent, possible

# left
op.create_check_constraint("c", "users", sa.text("age > 0"))

# right
op.execute("INSERT INTO users (id, age) VALUES (7, 1)")
