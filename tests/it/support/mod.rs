//! What the tests stand on.

pub mod sandbox;

pub use sandbox::{Run, Sandbox};
