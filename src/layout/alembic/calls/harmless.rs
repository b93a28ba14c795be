//! Which names of others only compute.

/// Modules of Python's own that reach no database of the project's.
const MODULES: [&str; 38] = [
    "abc",
    "ast",
    "base64",
    "binascii",
    "bisect",
    "builtins",
    "calendar",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "glob",
    "hashlib",
    "inspect",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "os",
    "pathlib",
    "random",
    "re",
    "secrets",
    "string",
    "sys",
    "textwrap",
    "time",
    "typing",
    "uuid",
    "warnings",
    "zoneinfo",
];

/// Others that do.
const OTHERS: [&str; 18] = [
    "bcrypt",
    "dateutil",
    "flask_bcrypt",
    "funcy",
    "jwt",
    "loguru",
    "numpy",
    "orjson",
    "packaging",
    "passlib",
    "pendulum",
    "pytz",
    "simplejson",
    "slugify",
    "structlog",
    "tqdm",
    "ulid",
    "yaml",
];

/// Packages that make parts of statements, and run none by themselves.
const EXPRESSIONS: [&str; 12] = [
    "sqlalchemy",
    "sqlalchemy_utils",
    "sqlmodel",
    "geoalchemy2",
    "pgvector",
    "citext",
    "fastapi_users_db_sqlalchemy",
    "sqlalchemy_json",
    "flask_sqlalchemy",
    "sqlalchemy_jsonfield",
    "alembic",
    "sqlalchemy_utc",
];

/// A call of it changes nothing.
pub(super) fn is_harmless(path: &str) -> bool {
    let root = root(path);
    MODULES.contains(&root) || OTHERS.contains(&root)
}

/// A call of it is a part of a statement.
pub(super) fn is_expression(path: &str) -> bool {
    EXPRESSIONS.contains(&root(path))
}

/// It is a class, as classes are called.
pub(super) fn is_class(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    last.chars().next().is_some_and(char::is_uppercase)
}

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

/// Python's own functions, as they are called without an import.
pub(super) const BUILTINS: [&str; 56] = [
    "abs",
    "all",
    "any",
    "bin",
    "bool",
    "bytes",
    "callable",
    "chr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "ord",
    "pow",
    "print",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "slice",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "vars",
    "zip",
];
