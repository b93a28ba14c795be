//! What Git says to a hook, also where somebody else passes it on.
//!
//! pre-commit and prek hand neither arguments nor standard input to what they run; they
//! put what is in them into variables.

use super::Event;
use crate::{
    git::{CommitId, Repo},
    workflow::{Context, Error},
};

/// What Git says to a hook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// The arguments.
    pub args: Vec<String>,
    /// Standard input; only read for `pre-push`.
    pub input: String,
}

impl Call {
    /// The call as Git made it; `given` is what arrived here.
    pub fn of(context: &Context, event: Event, given: Self) -> Result<Self, Error> {
        let env = &context.config.env;
        if env.get("PRE_COMMIT").is_none() || !given.args.is_empty() || !given.input.is_empty() {
            return Ok(given);
        }
        from_variables(context.repo()?, event, &|name| {
            env.get(&format!("PRE_COMMIT_{name}")).unwrap_or_default()
        })
    }
}

fn from_variables<'a>(
    repo: &Repo,
    event: Event,
    variable: &dyn Fn(&'static str) -> &'a str,
) -> Result<Call, Error> {
    let texts = |names: &[&'static str]| -> Vec<String> {
        names.iter().map(|name| variable(name).to_owned()).collect()
    };
    let mut call = Call::default();
    match event {
        Event::PostCheckout => {
            call.args = texts(&["FROM_REF", "TO_REF", "CHECKOUT_TYPE"]);
        }
        Event::PostMerge => call.args = texts(&["IS_SQUASH_MERGE"]),
        Event::PostRewrite => call.args = texts(&["REWRITE_COMMAND"]),
        Event::PrePush => {
            call.args = texts(&["REMOTE_NAME", "REMOTE_URL"]);
            let branch = variable("REMOTE_BRANCH");
            // What is called its start is not the branch's where there is no branch yet.
            let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
            let known = repo.tip_named(&format!("refs/remotes/{}/{short}", call.args[0]))?;
            let commit = |name: &str| repo.resolve(name).map(|id| id.to_string());
            let from = match known {
                Some(_) if !variable("FROM_REF").is_empty() => commit(variable("FROM_REF"))?,
                Some(tip) => tip.to_string(),
                None => CommitId::NONE.to_string(),
            };
            // Where all of history is pushed, the framework names no commits.
            let local = ["TO_REF", "LOCAL_BRANCH"].map(variable);
            let local = local.into_iter().find(|name| !name.is_empty());
            let to = commit(local.unwrap_or("HEAD"))?;
            call.input = format!("{} {to} {branch} {from}\n", variable("LOCAL_BRANCH"));
        }
        Event::PreCommit | Event::PreMergeCommit | Event::PostCommit => {}
    }
    Ok(call)
}
