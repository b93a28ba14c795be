# postgres: fails both, cannot both

# before
op.create_unique_constraint("u", "teams", ["title"])

# left
op.drop_constraint("u", "teams", "unique")

# right
op.drop_constraint("u", "teams")
