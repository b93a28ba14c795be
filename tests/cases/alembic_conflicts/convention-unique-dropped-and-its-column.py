# postgres: fails right-first, order

# before
by_convention = True
op.create_unique_constraint(None, "teams", ["title"])

# left
op.drop_constraint(op.f("uq_teams_title"), "teams", "unique")

# right
op.drop_column("teams", "title")
