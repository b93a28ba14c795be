# postgres: fails both, order

# before
by_convention = True
op.create_unique_constraint(None, "teams", ["title"])
op.create_unique_constraint(None, "users", ["name"])

# left
op.drop_constraint(op.f("uq_teams_title"), "teams", type_="unique")

# right
op.create_foreign_key(None, "users", "teams", ["name"], ["title"])
