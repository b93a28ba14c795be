//! A value to fill a column with, where people are asked for one: what is shown gets typed
//! as it stands, and `''` in a column of numbers is an error in PostgreSQL and worse in
//! SQLite, which keeps it.

use crate::model::Dialect;

/// An expression of a type as it is declared: the plainest value that there is, `''` where
/// none is known.
pub(super) fn of_type(dialect: Dialect, declared: &str) -> &'static str {
    let declared = declared.to_ascii_lowercase();
    if declared.ends_with(']') {
        return "'{}'";
    }
    let plain = declared.split('(').next().unwrap_or_default();
    let first = plain.split_whitespace().next().unwrap_or_default();
    match first {
        "bigint" | "dec" | "decimal" | "double" | "float" | "int" | "int2" | "int4" | "int8"
        | "integer" | "mediumint" | "money" | "numeric" | "real" | "smallint" | "tinyint"
        | "unsigned" => "0",
        "bool" | "boolean" => "false",
        "date" => "CURRENT_DATE",
        "datetime" | "timestamp" | "timestamptz" => "CURRENT_TIMESTAMP",
        "interval" => "'0'",
        "json" | "jsonb" => "'{}'",
        "time" | "timetz" => "CURRENT_TIME",
        "uuid" if dialect == Dialect::Postgres => "gen_random_uuid()",
        _ => "''",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own() {
        for (declared, value) in [
            ("integer", "0"),
            ("numeric(8,2)", "0"),
            ("double precision", "0"),
            ("UNSIGNED BIG INT", "0"),
            ("boolean", "false"),
            ("timestamp with time zone", "CURRENT_TIMESTAMP"),
            ("timestamp(3) without time zone", "CURRENT_TIMESTAMP"),
            ("date", "CURRENT_DATE"),
            ("integer[]", "'{}'"),
            ("jsonb", "'{}'"),
            ("interval", "'0'"),
            ("point", "''"),
            ("character varying(20)", "''"),
            ("", "''"),
        ] {
            assert_eq!(of_type(Dialect::Postgres, declared), value, "{declared}");
        }
        assert_eq!(of_type(Dialect::Postgres, "uuid"), "gen_random_uuid()");
        assert_eq!(of_type(Dialect::Sqlite, "uuid"), "''");
    }
}
