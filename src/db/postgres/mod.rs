//! PostgreSQL 13 to 18.

mod keywords;
mod passfile;
mod pg_url;
mod resolve;
mod service;
mod tls;

pub use pg_url::PgUrl;
