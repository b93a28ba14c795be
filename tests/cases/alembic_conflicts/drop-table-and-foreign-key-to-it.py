# postgres: fails both, order
# sqlite: independent, order
# why: SQLite does not look for the parent while foreign keys are off, as they are with Alembic

# left
op.drop_table("teams")

# right
op.create_table("n", sa.Column("id", sa.Integer()), sa.Column("t", sa.Integer(), sa.ForeignKey("teams.id")))
