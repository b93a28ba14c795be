# postgres: fails both, order

# before
op.create_unique_constraint("u", "teams", ["title"])

# left
op.drop_constraint("u", "teams", type_="unique")

# right
op.create_foreign_key("fk", "users", "teams", ["name"], ["title"])
