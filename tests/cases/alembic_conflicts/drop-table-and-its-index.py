# postgres: fails left-first, order
# sqlite: fails left-first, order

# before
op.create_index("ix_teams_title", "teams", ["title"])

# left
op.drop_table("teams")

# right
op.drop_index("ix_teams_title", table_name="teams")
