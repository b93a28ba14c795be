//! What the hook scripts call: the blocking hooks judge and the others advise.

use std::io::{IsTerminal as _, Read as _};

use super::words;
use crate::{
    cli::{Status, check, report, report::show_finding},
    ui::Ui,
    workflow::{
        Context, Error,
        hooks::{Event, advise, call::Call, push},
    },
};

pub(super) fn run(
    ui: &mut Ui,
    context: &Context,
    event: &str,
    args: &[String],
) -> Result<Status, Error> {
    let Some(event) = Event::from_name(event) else {
        return Err(Error::Usage(format!("there is no hook for `{event}`")));
    };
    // The scripts look at it too; what other tools run for us is no script of ours.
    if context.config.env.get("TEAMMIG") == Some("0") {
        return Ok(Status::Fine);
    }
    let given = Call {
        args: args.to_vec(),
        input: match event {
            Event::PrePush => input()?,
            _ => String::new(),
        },
    };
    match event {
        Event::PreCommit | Event::PreMergeCommit => commit(ui, context, event),
        Event::PrePush => pre_push(ui, context, &Call::of(context, event, given)?),
        Event::PostMerge | Event::PostCheckout | Event::PostRewrite | Event::PostCommit => {
            advise(ui, context, event, given);
            Ok(Status::Fine)
        }
    }
}

/// What Git says on standard input.
fn input() -> Result<String, Error> {
    let mut bytes = Vec::new();
    let mut stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let read = stdin.read_to_end(&mut bytes);
        read.map_err(Error::io("read", "what Git says is pushed"))?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Never in the way: Git has done what it was told, and a failing hook would make some of
/// its commands look as if they had failed.
fn advise(ui: &mut Ui, context: &Context, event: Event, given: Call) {
    let said =
        Call::of(context, event, given).and_then(|call| advise::advise(context, event, &call.args));
    match said {
        Ok(said) => {
            for one in said {
                match one {
                    Ok(advice) => ui.talk(&words::describe_advice(&advice)),
                    Err(error) => cannot_tell(ui, &error),
                }
            }
        }
        Err(error) => cannot_tell(ui, &error),
    }
}

fn cannot_tell(ui: &mut Ui, error: &Error) {
    let message = report::message(error);
    ui.talk(&format!("teammig: cannot tell what came in: {message}"));
}

/// Git shows what we say and stops the push when we fail.
fn pre_push(ui: &mut Ui, context: &Context, call: &Call) -> Result<Status, Error> {
    let arg = |n: usize| call.args.get(n).map_or("", String::as_str);
    let verdict = push::judge(context, arg(0), arg(1), &call.input)?;
    for finding in &verdict.findings {
        show_finding(ui, finding);
    }
    for one in &verdict.unjudged {
        check::show_unjudged(ui, &one.error, &one.so, "push");
    }
    for branch in &verdict.unknown {
        ui.error(format!(
            "cannot say what this push does to {branch}: this clone does not have what is there now"
        ));
        ui.hint("`git fetch` brings it; then push again");
    }
    if !verdict.is_fine() || !verdict.evaluated() {
        ui.hint("`git push --no-verify` pushes without this check");
    }
    Ok(if !verdict.evaluated() {
        Status::Unknown
    } else if verdict.is_fine() {
        Status::Fine
    } else {
        Status::Attention
    })
}

pub(in crate::cli) fn warn_of_absent(ui: &mut Ui, names: &[String]) {
    for name in names {
        ui.warn(format!(
            "`protected:` names {name}, which this clone does not have: what is published there is not checked"
        ));
    }
}

/// Git shows what we say and stops the commit when we fail.
fn commit(ui: &mut Ui, context: &Context, event: Event) -> Result<Status, Error> {
    let mut answer = check::staged_by_hook(ui, context)?;
    let status = answer.status_of_hook();
    if ui.is_json() {
        answer.tell_staged(context);
        ui.json(&check::document(&answer));
    } else {
        check::show_findings(ui, &answer);
        if status != Status::Fine {
            ui.hint(if event == Event::PreMergeCommit {
                "the merge is still there: put that right and `git commit`, or `git merge --abort`; `git commit \
                 --no-verify` records it without this check"
            } else {
                "`git commit --no-verify` commits without this check"
            });
        }
    }
    Ok(status)
}
