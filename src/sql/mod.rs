//! SQL as text: tokens, statements, quoting, checksums. Pure; knows no database.
//!
//! teammig never parses SQL in order to change a schema (the database does that), only to
//! hint at what collides (`footprint`). Elsewhere it only has to know where literals,
//! comments and statements begin and end, in each of the two dialects, and says so with
//! byte spans into the script.
//! No function here fails or panics on any text; what is not SQL comes out as
//! tokens and statements that the database will refuse.
//!
//! The properties in `properties.rs` run with 256 random texts each; the
//! environment variable `PROPTEST_CASES` raises that for a long search
//! (`PROPTEST_CASES=1000000 cargo test --lib sql::properties`).

mod annotation;
mod asks;
mod beyond;
mod checksum;
mod cursor;
mod footprint;
mod in_models;
mod inspect;
mod lint;
mod long;
mod loses;
mod made;
mod moves;
mod nesting;
mod outside;
mod quote;
mod remade;
mod scan;
mod settled;
mod shape;
mod statements;
mod table_act;
mod token;
mod tokens;

pub use annotation::{
    Annotation, BadAnnotation, Mistake, Says, annotations, name_path, without_annotations,
};
pub use asks::{Asks, asks_of_rows};
pub use beyond::beyond_the_database;
pub use checksum::checksum;
pub use footprint::{Pieces, footprint};
pub use in_models::{InModels, in_models, without_restrict};
pub use inspect::{
    Dropped, copy_from_stdin, dropped_table, has_statement, meta_command, pragma,
    transaction_control,
};
pub use lint::{Called, Calls, lint, lint_calls};
pub use long::{Long, too_long};
pub use loses::loses;
pub use made::{Made, Noun, made};
pub use moves::{is_about_each_row, is_plain_insert, moves_rows};
pub use outside::only_outside;
pub use quote::{NulCharacter, ident, literal};
pub use remade::is_remade;
pub use settled::{asks_only_of_its_column, deletes_by_values, sets_literals};
pub use statements::{Statement, Unclosed, statements};
pub use table_act::{TableAct, renames_for_good};
pub use token::{Construct, Token, TokenKind};
pub use tokens::{Tokens, tokens};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod sqlite_oracle;
