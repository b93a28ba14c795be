# postgres: fails right-first, order

# before
by_convention = True
op.create_foreign_key(None, "users", "teams", ["team_id"], ["id"])

# left
op.drop_constraint("fk_users_team_id_teams", "users", type_="foreignkey")

# right
op.drop_column("users", "team_id")
