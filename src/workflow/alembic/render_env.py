"""An env.py that stands in for the project's own while `teammig import alembic` reads it.

It lets the project's env.py configure Alembic's offline mode, and then, in the place of
`context.run_migrations()`, runs each revision's upgrade() and downgrade() by itself, into
a buffer. What came of each goes to stdout as one line of JSON behind MARK. Nothing connects
to a database, and alembic_version is not spoken of: the ids are teammig's matter.
"""
import json
import os
import sys
import traceback

from alembic import context, util
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import literal, schema, text
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter, TextClause
from sqlalchemy.types import NullType

try:
    from sqlalchemy.engine.mock import MockConnection
except ImportError:  # before SQLAlchemy 1.4
    from sqlalchemy.engine.strategies import MockEngineStrategy

    MockConnection = MockEngineStrategy.MockConnection

MARK = "@MARK@"
SCRIPT_LOCATION = "@SCRIPT_LOCATION@"


class ReadsDatabase(Exception):
    """A revision wants to know what is in the database, and there is none."""


class NoConnection(ReadsDatabase, AttributeError):
    """The same, and a no to those who ask whether there is such a thing."""


class NoRows:
    """The answer to a statement that was only written down: any use of it is told."""

    def _refuse(self, *args, **kw):
        raise ReadsDatabase("it uses what a statement answers, and no database is there to answer")

    def __getattr__(self, name):
        self._refuse()

    __iter__ = __bool__ = __len__ = __getitem__ = __enter__ = __next__ = _refuse


def bound(construct, one):
    """A statement with one set of its parameters written into it."""
    if isinstance(construct, TextClause):
        return construct.bindparams(**one)
    if not hasattr(construct, "values"):
        return construct.params(one)
    used = set()

    def replace(element, **kw):
        if isinstance(element, BindParameter) and element.key in one:
            used.add(element.key)
            return literal(one[element.key], element.type)
        return None

    construct = visitors.replacement_traverse(construct, {}, replace)
    rest = {key: value for key, value in one.items() if key not in used}
    return construct.values(**rest) if rest else construct


def typed(construct):
    """A statement whose values have types: those of columns without one take their own."""
    for element in visitors.iterate(construct, {}):
        if isinstance(element, BindParameter) and isinstance(element.type, NullType):
            value = element.value
            if isinstance(value, (list, tuple)):
                value = next(iter(value), None)
            if value is not None:
                element.type = literal(value).type
    return construct


class Recorder(MockConnection):
    """The connection that a revision sees: what it executes is written down."""

    def __init__(self, impl):
        # Not by its own way: that of SQLAlchemy 1.3 puts another execute() here.
        self._dialect, self._execute_impl = impl.dialect, self._record
        self._impl = impl

    def __getattr__(self, name):
        raise NoConnection(
            "it does more with the connection than to execute statements (`%s`), and no database is there" % name
        )

    def _record(self, construct, parameters=None, *rest, **named):
        parameters = parameters if parameters is not None else named
        if isinstance(parameters, dict) or not parameters:
            sets = [parameters or {}]
        else:
            sets = parameters
        for one in sets:
            self._impl._exec(bound(construct, one) if one else construct)
        return NoRows()

    def execute(self, construct, parameters=None, *rest, **named):
        if isinstance(construct, str):
            construct = text(construct)
        if not hasattr(construct, "compile"):
            raise TypeError("cannot execute %r" % (construct,))
        named.pop("execution_options", None)
        return self._record(construct, parameters, **named)

    def scalar(self, construct, *args, **kw):
        return self.execute(construct, *args, **kw)._refuse()

    scalars = scalar

    def exec_driver_sql(self, statement, parameters=None, *rest, **named):
        if parameters:
            raise ReadsDatabase("exec_driver_sql() with parameters is written for one driver")
        return self.execute(text(statement.replace(":", "\\:")))


def prepare(migration):
    """Makes an implementation of Alembic's write down what the database would get."""
    impl, said = migration.impl, []
    dialect = impl.dialect
    # A script is read by the server, not by a driver, to which `%%` is one `%`.
    dialect.paramstyle, dialect.positional = "named", False
    dialect.identifier_preparer._double_percents = False
    # A value that is not in the script is nowhere.
    impl.literal_binds = True
    plain = impl._exec

    def execute(construct, execution_options=None, multiparams=None, params=None):
        if isinstance(construct, str):
            construct = text(construct)
        if multiparams or params:
            return impl.connection._record(construct, multiparams or params)
        if isinstance(construct, schema.DDLElement):
            return plain(construct)
        # Alembic's own way makes blanks of tabs, inside of literals, too.
        compiled = typed(construct).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        said.append(["sql", str(compiled).strip()])

    impl._exec = execute
    impl.static_output = lambda line: said.append(["sql", line.strip()])
    impl.emit_begin = lambda: said.append(["begin", ""])
    impl.emit_commit = lambda: said.append(["commit", ""])
    migration.connection = impl.connection = Recorder(impl)
    return said


def place(error, path):
    """The line of the revision's file that it failed in."""
    found = None
    for frame in traceback.extract_tb(error.__traceback__):
        if os.path.realpath(frame.filename) == os.path.realpath(path):
            found = frame.lineno
    return found


def reason(error):
    if isinstance(error, ReadsDatabase):
        return str(error)
    if isinstance(error, NoInspectionAvailable):
        return "it inspects the database, and none is there"
    first = str(error).strip().split("\n")[0]
    name = type(error).__name__
    return name + (": " + first if first else "")


def rendered(migration, said, revision, name, kw):
    function = getattr(revision.module, name, None)
    if function is None:
        return None
    del said[:]
    try:
        function(**kw)
    except Exception as error:
        return {"error": reason(error), "line": place(error, revision.module.__file__ or "")}
    return {"said": list(said)}


def run_migrations(migration, **kw):
    def tell(what):
        sys.stdout.write("\n" + MARK + json.dumps(what) + "\n")
        sys.stdout.flush()

    tell({"begins": migration.dialect.name})
    said = prepare(migration)
    with Operations.context(migration):
        for revision in context.script.walk_revisions():
            up = rendered(migration, said, revision, "upgrade", kw)
            down = rendered(migration, said, revision, "downgrade", kw)
            tell({"revision": revision.revision, "up": up, "down": down})


MigrationContext.run_migrations = run_migrations
context.config.set_main_option("script_location", SCRIPT_LOCATION.replace("%", "%%"))
util.load_python_file(SCRIPT_LOCATION, "env.py")
