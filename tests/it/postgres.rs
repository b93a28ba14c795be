//! The PostgreSQL adapter against a real server.

mod connection;
mod errors;
mod ledger;
mod locking;
mod outside;
mod scratch;
mod sessions;
