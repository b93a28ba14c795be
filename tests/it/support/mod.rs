//! What the tests stand on.

#[cfg(unix)]
pub(crate) mod certificates;
#[cfg(unix)]
pub(crate) mod deploy;
#[cfg(unix)]
pub(crate) mod postgres;
#[cfg(unix)]
pub(crate) mod proxy;
pub(crate) mod sandbox;

pub(crate) use sandbox::Sandbox;
