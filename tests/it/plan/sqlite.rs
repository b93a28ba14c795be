//! SQLite: each way is run as `upgrade` would, on tables that hold rows.

mod bench;
mod known;
mod pairs;
mod pitfalls;
mod random;
mod real;
mod renames;

use bench::{Bench, Way};
