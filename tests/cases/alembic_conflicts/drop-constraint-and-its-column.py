# postgres: fails right-first, order

# before
op.create_unique_constraint("u", "teams", ["title"])

# left
op.drop_constraint("u", "teams", "unique")

# right
op.drop_column("teams", "title")
