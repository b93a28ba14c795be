# postgres: fails both, cannot both

# left
op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"])

# right
op.create_foreign_key("fk", "users", "teams", ["age"], ["id"])
