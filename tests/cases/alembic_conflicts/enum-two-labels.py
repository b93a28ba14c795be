# postgres: order matters, none
# why: labels stand in the order in which they came, which is a remark

# before
op.execute("CREATE TYPE kind AS ENUM ('x')")

# left
op.execute("ALTER TYPE kind ADD VALUE 'y'")

# right
op.execute("ALTER TYPE kind ADD VALUE 'z'")
