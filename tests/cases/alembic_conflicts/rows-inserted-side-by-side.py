# postgres: independent, possible
# sqlite: independent, possible

# left
op.execute("INSERT INTO users (id) VALUES (7)")

# right
op.execute("INSERT INTO users (id) VALUES (8)")
