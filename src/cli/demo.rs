//! `teammig demo`

use super::Status;
use crate::{
    ui::Ui,
    workflow::Error,
};

/// Take over migrations of another tool
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &mut Ui, _: &Args) -> Result<Status, Error> {
    Err(Error::Usage("being written".to_owned()))
}
