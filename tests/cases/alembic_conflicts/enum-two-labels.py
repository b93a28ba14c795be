# postgres: order matters, none
# why: labels stand in the order in which they came, which is a remark

# before
op.create_table(
    "teams",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("title", sa.String(50)),
)
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(50)),
    sa.Column("age", sa.Integer()),
    sa.Column("team_id", sa.Integer()),
)
op.execute("CREATE TYPE kind AS ENUM ('x')")

# left
op.execute("ALTER TYPE kind ADD VALUE 'y'")

# right
op.execute("ALTER TYPE kind ADD VALUE 'z'")
