# postgres: independent, none
# sqlite: independent, none

# left
TABLE = "teams"


def change(name):
    op.add_column(name, sa.Column("tenant", sa.Integer()))


change(TABLE)

# right
op.drop_column("users", "age")
