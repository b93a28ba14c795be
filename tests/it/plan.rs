//! Ways from one schema to another, run on real databases.

mod sqlite;
