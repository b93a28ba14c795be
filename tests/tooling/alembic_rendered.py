#!/usr/bin/env python3
"""Renders what each module of Alembic's in a folder does as SQL, beside it: NAME.py -> NAME.sql.

    alembic_rendered.py FOLDER      # with a Python that has alembic, sqlalchemy

It is the real Alembic in its offline mode, for PostgreSQL, module by module; what a module
imports from its application is stubbed, with types that are called as they are. A module that
asks the database something cannot be rendered, and has no NAME.sql. `cargo bench --bench
conflicts -- --rendered FOLDER` compares what footprints say of both.
"""

import importlib.abc
import importlib.machinery
import io
import re
import sys
import types
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations


class Stub(sa.types.UserDefinedType):
    cache_ok = True

    def __init__(self, *args, **kw):
        pass

    def get_col_spec(self, **kw):
        return "text"


class Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that are not there."""

    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = lambda name: type(name, (Stub,), {})
        return module

    def exec_module(self, module):
        pass


def render(path):
    out = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": out}
    )
    names = {"__name__": path.stem}
    with Operations.context(context):
        exec(compile(path.read_text(), str(path), "exec"), names)
        names["upgrade"]()
    # What is bound to a statement is no SQL yet.
    return re.sub(r"%\(\w+\)s", "(NULL)", out.getvalue())


def main():
    sys.meta_path.append(Stubs())
    done, failed = 0, 0
    for path in sorted(Path(sys.argv[1]).glob("*.py")):
        sql = path.with_suffix(".sql")
        sql.unlink(missing_ok=True)
        try:
            text = render(path)
        except BaseException as error:
            failed += 1
            print(f"not rendered: {path.name}: {type(error).__name__} {error}".splitlines()[0])
            continue
        sql.write_text(text)
        done += 1
    print(f"{done} rendered, {failed} not")


main()
