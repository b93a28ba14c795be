//! Ledgers that were seen while the project stood in another folder: what databases applied of
//! it is not forgotten for that.

use std::{collections::BTreeSet, path::Path};

use super::{Stored, rows};
use crate::{
    config::FILE_NAME,
    model::RevId,
    workflow::{At, Context},
};

/// Those of `others`, which were seen in other folders, that are this project's, as if they had
/// been seen in `project`. A folder that has a project still keeps what is its own.
pub(super) fn of<'a>(
    context: &Context,
    project: &str,
    own: &[Stored<'_>],
    mut others: Vec<Stored<'a>>,
) -> Vec<Stored<'a>> {
    let top = context.repo_if_any().and_then(|repo| repo.work_dir());
    let Some(top) = top else {
        return Vec::new();
    };
    let config = &context.config;
    others.retain(|known| {
        let before = top.join(&known.key.project);
        let mut folders = config.folders.iter();
        !before.join(FILE_NAME).exists() && !folders.any(|folder| before.join(folder).exists())
    });
    if others.is_empty() {
        return Vec::new();
    }
    let here = context.revisions_at(&At::WorkTree);
    let here = here.or_else(|_| context.revisions_at(&At::Index));
    let here: BTreeSet<RevId> = here.unwrap_or_default().into_iter().collect();
    others.retain(|known| {
        let rows = rows::read(known.rows, &|id| here.contains(id));
        rows.is_some_and(|rows| !rows.is_empty())
    });
    for known in &mut others {
        let before = top.join(&known.key.project);
        if let Some(location) = location(&known.key.location, &before, &config.root) {
            known.key.location = location;
        }
        project.clone_into(&mut known.key.project);
    }
    others.retain(|known| own.iter().all(|other| other.key != known.key));
    others
}

/// Where a file of SQLite is now that moved with the project.
fn location(location: &str, before: &Path, now: &Path) -> Option<String> {
    let path = Path::new(location.strip_prefix("sqlite:")?);
    let below = path.strip_prefix(before.canonicalize().as_deref().unwrap_or(before));
    let moved = now.canonicalize().ok()?.join(below.ok()?);
    (!path.exists() && moved.exists()).then(|| format!("sqlite:{}", moved.display()))
}
