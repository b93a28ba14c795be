//! Which nodes of the tree name which kind of object.

use super::tree::Is;
use crate::model::footprint::Kind;

/// What a node names that comes into being: `CREATE VIEW v`, `RENAME TO v`.
pub(super) fn defined(node: Is) -> Option<Kind> {
    Some(match node {
        Is::TABLE_NAME => Kind::Table,
        Is::VIEW => Kind::View,
        Is::INDEX => Kind::Index,
        Is::SEQUENCE => Kind::Sequence,
        Is::TYPE_NAME | Is::DOMAIN => Kind::Type,
        Is::FUNCTION_NAME | Is::PROCEDURE_NAME | Is::ROUTINE_NAME | Is::AGGREGATE_NAME => {
            Kind::Function
        }
        Is::SCHEMA => Kind::Schema,
        Is::EXTENSION => Kind::Extension,
        Is::TRIGGER => Kind::Trigger,
        Is::POLICY => Kind::Policy,
        Is::RULE => Kind::Rule,
        Is::CONSTRAINT_NAME => Kind::Constraint,
        other => Kind::Other(rest(other, false)?.to_owned()),
    })
}

/// What a node names that is there.
pub(super) fn named(node: Is) -> Option<Kind> {
    Some(match node {
        Is::TABLE_NAME_REF | Is::RELATION_NAME_REF => Kind::Table,
        Is::VIEW_REF => Kind::View,
        Is::INDEX_REF => Kind::Index,
        Is::SEQUENCE_REF => Kind::Sequence,
        Is::TYPE_NAME_REF | Is::DOMAIN_REF => Kind::Type,
        Is::FUNCTION_SIG
        | Is::PROCEDURE_SIG
        | Is::ROUTINE_SIG
        | Is::AGGREGATE
        | Is::PROCEDURE_NAME_REF
        | Is::FUNCTION_NAME_REF => Kind::Function,
        Is::SCHEMA_REF => Kind::Schema,
        Is::EXTENSION_REF => Kind::Extension,
        Is::TRIGGER_REF => Kind::Trigger,
        Is::POLICY_REF => Kind::Policy,
        Is::RULE_REF => Kind::Rule,
        Is::CONSTRAINT_NAME_REF => Kind::Constraint,
        other => Kind::Other(rest(other, true)?.to_owned()),
    })
}

/// The word for what has no kind of its own.
fn rest(node: Is, is_ref: bool) -> Option<&'static str> {
    let (new, there, word) = *REST
        .iter()
        .find(|(new, there, _)| node == if is_ref { *there } else { *new })?;
    debug_assert!(node == new || node == there);
    Some(word)
}

const REST: &[(Is, Is, &str)] = &[
    (Is::COLLATION, Is::COLLATION_REF, "collation"),
    (Is::CONVERSION, Is::CONVERSION_REF, "conversion"),
    (Is::STATISTICS, Is::STATISTICS_REF, "statistics"),
    (Is::PUBLICATION, Is::PUBLICATION_REF, "publication"),
    (Is::SUBSCRIPTION, Is::SUBSCRIPTION_REF, "subscription"),
    (Is::EVENT_TRIGGER, Is::EVENT_TRIGGER_REF, "event trigger"),
    (Is::LANGUAGE, Is::LANGUAGE_REF, "language"),
    (Is::SERVER, Is::SERVER_REF, "server"),
    (Is::DATABASE, Is::DATABASE_REF, "database"),
    (Is::TABLESPACE, Is::TABLESPACE_REF, "tablespace"),
    (Is::ROLE, Is::ROLE_REF, "role"),
    (Is::ACCESS_METHOD, Is::ACCESS_METHOD_REF, "access method"),
    (Is::OP_CLASS_NAME, Is::OP_CLASS_REF, "operator class"),
    (Is::OP_FAMILY_NAME, Is::OP_FAMILY_REF, "operator family"),
    (Is::PROPERTY_GRAPH, Is::PROPERTY_GRAPH_REF, "property graph"),
    (
        Is::FOREIGN_DATA_WRAPPER,
        Is::FOREIGN_DATA_WRAPPER_REF,
        "foreign data wrapper",
    ),
    (
        Is::TEXT_SEARCH_CONFIGURATION,
        Is::TEXT_SEARCH_CONFIGURATION_REF,
        "text search configuration",
    ),
    (
        Is::TEXT_SEARCH_DICTIONARY,
        Is::TEXT_SEARCH_DICTIONARY_REF,
        "text search dictionary",
    ),
    (
        Is::TEXT_SEARCH_PARSER,
        Is::TEXT_SEARCH_PARSER_REF,
        "text search parser",
    ),
    (
        Is::TEXT_SEARCH_TEMPLATE,
        Is::TEXT_SEARCH_TEMPLATE_REF,
        "text search template",
    ),
];

/// Kinds that stand in no schema.
pub(super) fn is_in_schema(kind: &Kind) -> bool {
    match kind {
        Kind::Schema | Kind::Extension => false,
        Kind::Other(word) => {
            matches!(
                word.as_str(),
                "collation" | "conversion" | "statistics" | "operator class" | "operator family"
            ) || word.starts_with("text search")
                || word == "property graph"
        }
        _ => true,
    }
}

/// Types that PostgreSQL brings along: nobody's revision makes them.
pub(super) fn is_own_type(path: &[String]) -> bool {
    const OWN: &[&str] = &[
        "bigint",
        "bigserial",
        "bit",
        "bool",
        "boolean",
        "box",
        "bytea",
        "char",
        "character",
        "cidr",
        "circle",
        "date",
        "daterange",
        "decimal",
        "double",
        "float",
        "float4",
        "float8",
        "inet",
        "int",
        "int2",
        "int4",
        "int4range",
        "int8",
        "int8range",
        "integer",
        "interval",
        "json",
        "jsonb",
        "line",
        "lseg",
        "macaddr",
        "macaddr8",
        "money",
        "name",
        "numeric",
        "numrange",
        "oid",
        "path",
        "point",
        "polygon",
        "real",
        "record",
        "regclass",
        "regproc",
        "regtype",
        "serial",
        "serial2",
        "serial4",
        "serial8",
        "smallint",
        "smallserial",
        "text",
        "time",
        "timestamp",
        "timestamptz",
        "timetz",
        "trigger",
        "tsquery",
        "tsrange",
        "tstzrange",
        "tsvector",
        "uuid",
        "varbit",
        "varchar",
        "void",
        "xml",
        "anyelement",
        "anyarray",
        "event_trigger",
        "bpchar",
        "jsonpath",
        "numeric",
    ];
    match path {
        [name] => OWN.contains(&name.as_str()),
        [.., schema, _] => schema == "pg_catalog",
        [] => true,
    }
}

/// Functions that a lone `SELECT` calls without doing anything that is not seen.
pub(super) fn is_own_function(path: &[String]) -> bool {
    const OWN: &[&str] = &[
        "array_agg",
        "coalesce",
        "concat",
        "count",
        "current_database",
        "current_schema",
        "current_setting",
        "currval",
        "date_trunc",
        "exists",
        "format",
        "gen_random_uuid",
        "generate_series",
        "greatest",
        "json_agg",
        "jsonb_agg",
        "least",
        "length",
        "lower",
        "max",
        "md5",
        "min",
        "nextval",
        "now",
        "nullif",
        "pg_advisory_lock",
        "pg_advisory_unlock",
        "pg_advisory_xact_lock",
        "pg_get_serial_sequence",
        "pg_sleep",
        "random",
        "replace",
        "row_number",
        "set_config",
        "setval",
        "string_agg",
        "substring",
        "sum",
        "to_char",
        "to_regclass",
        "to_regtype",
        "trim",
        "unnest",
        "upper",
        "version",
    ];
    match path {
        [name] => OWN.contains(&name.as_str()),
        [.., schema, _] => schema == "pg_catalog",
        [] => true,
    }
}
