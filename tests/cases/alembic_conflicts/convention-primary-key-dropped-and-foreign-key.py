# postgres: fails both, order

# before
by_convention = True
op.create_table("games", sa.Column("id", sa.Integer, primary_key=True))

# left
op.drop_constraint(op.f("pk_games"), "games")

# right
op.create_foreign_key(None, "users", "games", ["team_id"], ["id"])
