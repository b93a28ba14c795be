# postgres: fails left-first, order
# sqlite: fails left-first, order

# left
op.rename_table("teams", "groups")

# right
conn = op.get_bind()
conn.execute(sa.text("INSERT INTO teams (id, title) VALUES (:id, :title)"), {"id": 3, "title": "x"})
