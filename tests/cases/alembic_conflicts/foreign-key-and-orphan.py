# postgres: fails both, possible

# left
op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"])

# right
op.execute("INSERT INTO users (id, team_id) VALUES (1, 99)")
