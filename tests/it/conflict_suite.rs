//! The labelled suite of pairs that may conflict, held against databases and against what
//! footprints say. What is judged here is not how teammig proves it: both orders are run
//! by hand, one script after the other, and the schemas and rows compared.

pub(crate) mod case;
mod footprints;
pub(crate) mod truth;
