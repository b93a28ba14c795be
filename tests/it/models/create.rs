//! `create` with models.
