# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
for name in ["a", "b"]:
    op.execute(f"CREATE TABLE {name} (id int)")

# right
op.execute("CREATE TABLE %s (id int)" % "b")
