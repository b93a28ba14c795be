# postgres: independent, none

# left
kind = sa.Enum("a", "b", name="kind")
kind.create(op.get_bind(), checkfirst=True)
op.add_column("users", sa.Column("kind", kind))

# right
kind = sa.Enum("a", "b", name="kind")
kind.create(op.get_bind(), checkfirst=True)
op.add_column("teams", sa.Column("kind", kind))
