# postgres: independent, none
# sqlite: independent, none

# left
op.drop_table("teams", if_exists=True)

# right
op.drop_table("teams", if_exists=True)
