# postgres: independent, none

# left
by_convention = True
op.create_foreign_key(None, "users", "teams", ["team_id"], ["id"])

# right
by_convention = True
op.create_foreign_key(None, "users", "teams", ["age"], ["id"])
