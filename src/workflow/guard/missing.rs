//! What is published and this clone cannot see: a protected branch that it does not have.
//!
//! What nobody can look at is no reason to call anything free, or fine.

use super::{absent_refs, protected_refs};
use crate::workflow::{
    Context, Error,
    check::{NoDefault, NotJudged},
};

/// Why it cannot be said here what is published, where that is so. A repository that is on
/// its own has published nothing.
pub(in crate::workflow) fn missing(context: &Context) -> Result<Option<NotJudged>, Error> {
    let Some(repo) = context.repo_if_any() else {
        return Ok(None);
    };
    if let Some(name) = absent_refs(context)?.into_iter().next() {
        return Ok(Some(NotJudged::Absent { name, on: None }));
    }
    if repo.is_bare() || !protected_refs(context)?.is_empty() {
        return Ok(None);
    }
    Ok(match repo.no_default_branch()? {
        NoDefault::Alone => None,
        why => Some(NotJudged::NoBase(why)),
    })
}
