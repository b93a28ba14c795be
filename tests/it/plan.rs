//! Ways from one schema to another, gone on real databases.

#[cfg(unix)]
mod postgres;
mod sqlite;
