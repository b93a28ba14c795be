//! What the tests stand on.

#[cfg(unix)]
pub mod certificates;
#[cfg(unix)]
pub mod deploy;
#[cfg(unix)]
pub mod postgres;
#[cfg(unix)]
pub mod proxy;
pub mod sandbox;

pub(crate) use sandbox::Sandbox;
