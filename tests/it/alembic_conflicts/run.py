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
# As SQLAlchemy's documentation recommends it, for modules with a name `by_convention`.
CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def run(url, module):
    if url not in engines:
        engines[url] = sa.create_engine(url, poolclass=NullPool)
    with engines[url].connect() as connection:
        opts = {"transaction_per_migration": True}
        if "by_convention" in module:
            opts["target_metadata"] = sa.MetaData(naming_convention=CONVENTION)
        context = MigrationContext.configure(connection, opts=opts)
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
