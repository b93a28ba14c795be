# postgres: fails both, order

# left
op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"])

# right
op.drop_column("teams", "id")
