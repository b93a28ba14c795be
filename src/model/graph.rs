//! The revision graph (being written).

/// Placeholder.
#[derive(Debug, Default)]
pub struct Graph {}
