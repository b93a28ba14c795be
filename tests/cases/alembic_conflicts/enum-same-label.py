# postgres: fails both, cannot both

# before
op.execute("CREATE TYPE kind AS ENUM ('x')")

# left
op.execute("ALTER TYPE kind ADD VALUE 'y'")

# right
op.execute("ALTER TYPE kind ADD VALUE 'y'")
