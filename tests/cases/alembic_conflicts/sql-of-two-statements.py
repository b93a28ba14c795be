# postgres: fails both, cannot both

# left
op.execute("CREATE TABLE a (id int); CREATE TABLE b (id int)")

# right
op.execute(sa.text("CREATE TABLE b (id int)"))
