"""Runs the upgrade() of modules as Alembic does: a line of JSON each, with the URL of a database.

Answers with a line of JSON: {"error": null}, or what went wrong.
"""

import json
import sys
import warnings

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.pool import NullPool

warnings.simplefilter("ignore")
engines = {}


def run(url, module):
    if url not in engines:
        engines[url] = sa.create_engine(url, poolclass=NullPool)
    with engines[url].connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"transaction_per_migration": True}
        )
        with context.begin_transaction(_per_migration=True):
            with Operations.context(context):
                names = {}
                exec(compile(module, "module", "exec"), names)
                names["upgrade"]()
        connection.commit()


for line in sys.stdin:
    request = json.loads(line)
    try:
        run(request["url"], request["module"])
        error = None
    except Exception as caught:
        error = str(caught).splitlines()[0]
    print(json.dumps({"error": error}), flush=True)
