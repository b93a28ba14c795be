# postgres: fails both, order

# before
op.execute("CREATE TYPE kind AS ENUM ('x')")

# left
op.execute("DROP TYPE kind")

# right
op.add_column("users", sa.Column("k", postgresql.ENUM("x", name="kind", create_type=False)))
