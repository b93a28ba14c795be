# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.drop_table("teams")

# right
op.drop_table("teams")
