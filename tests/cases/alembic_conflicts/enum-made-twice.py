# postgres: fails both, cannot both
# sqlite: independent, none

# left
kind = sa.Enum("a", "b", name="kind")
kind.create(op.get_bind())
op.add_column("users", sa.Column("kind", kind))

# right
kind = sa.Enum("a", "b", name="kind")
kind.create(op.get_bind())
op.add_column("teams", sa.Column("kind", kind))
