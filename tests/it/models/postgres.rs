//! Models of PostgreSQL.
