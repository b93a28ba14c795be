# postgres: fails both, cannot both
# sqlite: fails both, cannot both

# left
op.get_bind().exec_driver_sql("CREATE TABLE b (id int)")

# right
op.execute("CREATE TABLE " "b (id int)")
