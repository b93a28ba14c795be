#!/usr/bin/env python3
"""The states of a real project's SQLite schema, as an outside measure for plans.

Reads a folder of migrations (`<name>/up.sql`, or `<name>.sql`) in their order and
writes one script for each state of the schema:

    tests/tooling/sqlite_steps.py path/to/migrations/sqlite out
    SQLITE_STEPS=out cargo test --test it plan::sqlite::real -- --nocapture
"""

import pathlib
import sqlite3
import sys


def main(source, target):
    target.mkdir(parents=True, exist_ok=True)
    files = sorted(source.glob("*/up.sql")) or sorted(source.glob("*.sql"))
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for number, file in enumerate(files):
        connection.executescript(file.read_text())
        rows = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            " ORDER BY type = 'table' DESC, type = 'view' DESC, rowid"
        )
        script = "".join(f"{sql};\n" for (sql,) in rows)
        (target / f"{number:04}.sql").write_text(script)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
