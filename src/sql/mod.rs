//! SQL as text: tokens, statements, quoting, checksums. Pure; knows no database.
