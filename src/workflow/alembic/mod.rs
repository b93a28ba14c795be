//! The project's own Alembic does what changes a database.
//!
//! teammig reads the revisions and `alembic_version`, plans, takes its lock and shows what
//! will happen; each stretch of the plan then goes to the program that the project uses
//! itself (`command`), run by `child` through `caller`. `database` is the seam to all other
//! use-cases. teammig never writes to `alembic_version`.

mod blame;
mod caller;
mod child;
pub mod command;
mod database;
mod error;
pub mod errors;
mod in_git;
mod known;
mod left_running;
mod marks;
mod on_scratch;
mod open;
mod render;
mod secret;
mod shadow;
mod sidecar;
mod stretch;
mod table;
mod write;

pub use error::AlembicError;
pub(super) use on_scratch::{on_scratch, require_for_scratch};
pub use open::{allow, is_used};
pub(super) use open::{env_text, progress, require_placed, require_program, table_name, wrap};
pub use render::NotOffline;
pub(super) use render::render;
pub use write::{Created, create};
pub(super) use write::{merge, script, stamp_script};
