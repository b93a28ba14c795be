//! `teammig check`

mod github;
mod junit;
mod sarif;
mod words;

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{
    Status,
    global::Format,
    json,
    report::{self, show_finding},
    verdict,
};
use crate::{
    model::{Finding, Rule, Severity},
    ui::Ui,
    workflow::{
        self, Context, Error,
        check::{self, Ask, Judged, NoDefault, NotJudged},
        guard::{So, Unjudged, Verdict},
        orders::{Prove, Proved},
        write_document,
    },
};

pub(super) use words::not_judged;

/// Judge a change of the migrations: for CI, for a review, before a push
///
/// Judges every project of the repository and needs no database (`--only models`: PostgreSQL's
/// models take a server for scratch databases, `scratch:` in teammig.yaml; `--prove`: that one,
/// or the environment's). Without options, the
/// files (or the commit that `--at` names) as they are, and what changed since they part
/// from the protected branch. With `--base`, what Git would make of HEAD (or `--at`) and
/// that branch, merged in memory: two heads come about in a merge that Git has nothing
/// against. Conflicts outside of the migrations folders do not count. With `--prove`, scripts
/// that collide with those of the base are run in both orders on a scratch database: what
/// leaves the same either way is no finding.
///
/// What the base has already is a warning, since it is not this change's doing. The
/// severity of each rule can be set under `check:` in teammig.yaml.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig check                        the files, since they part from the protected branch
  teammig check --base                 HEAD, merged with the protected branch: for a pull request
  teammig check --base origin/release  the same with another branch
  teammig check --base --prove         and try what collides, on a scratch database
  teammig check --staged               what the pre-commit hook judges
  teammig check --only models          whether a revision is missing for what the models say
  teammig check --base --format sarif -o teammig.sarif

Exits with 3 where an error was found, with 4 where something could not be judged")]
pub(super) struct Args {
    /// Judge the merge with this branch, tag or commit [without REF: the protected branch]
    #[arg(long, value_name = "REF", num_args = 0..=1, default_missing_value = "")]
    base: Option<String>,

    /// Run scripts that collide in both orders on a scratch database: that decides
    #[arg(long, requires = "base")]
    prove: bool,

    /// Make the scratch database on the server of a protected environment too
    #[arg(long, requires = "prove")]
    scratch_here: bool,

    /// Judge what is staged against what is committed
    #[arg(long, conflicts_with = "base")]
    staged: bool,

    /// Judge this alone: whether the models of the working tree are what the revisions produce
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = ["base", "staged"])]
    only: Option<Only>,

    /// Write the document to a file, and show the findings here (`--format json`, `sarif` or `junit`)
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What can be judged alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    Models,
}

/// What came of a check.
#[derive(Debug, Default)]
pub(super) struct Answer {
    parts: Vec<Part>,
    gaps: Vec<Gap>,
    /// The projects whose staged files were judged, where that was asked for.
    staged: Vec<Part>,
}

/// What was judged of one project, or of the index.
#[derive(Debug, Default)]
struct Part {
    project: String,
    findings: Vec<Finding>,
    /// `None` = the index.
    judged: Option<Judged>,
}

/// What could not be judged.
#[derive(Debug)]
struct Gap {
    project: String,
    error: Error,
    /// What follows from it for a commit.
    so: Option<So>,
}

impl Part {
    /// What was tried.
    fn proved(&self) -> Option<&Proved> {
        self.judged.as_ref()?.proof.as_ref()?.as_ref().ok()
    }
}

impl Gap {
    /// Something that it is about was not judged.
    fn counts(&self) -> bool {
        self.so != Some(So::NotTouched)
    }

    /// The hook stops nobody for it.
    fn passes(&self) -> bool {
        matches!(self.so, Some(So::NotTouched | So::Unseen))
    }
}

impl Answer {
    fn not_evaluated(error: Error) -> Self {
        Self {
            gaps: vec![Gap {
                project: String::new(),
                error,
                so: None,
            }],
            ..Self::default()
        }
    }

    fn of(all: Vec<check::One>) -> Self {
        let mut answer = Self::default();
        for one in all {
            match one.outcome {
                Ok(mut judged) => {
                    let mut findings = std::mem::take(&mut judged.findings);
                    match judged.proof.take() {
                        Some(Ok(proved)) => {
                            tell(&mut findings, &proved);
                            judged.proof = Some(Ok(proved));
                        }
                        // What the scripts have is told all the same.
                        Some(Err(error)) => answer.gaps.push(Gap {
                            project: one.project.clone(),
                            error: *error,
                            so: None,
                        }),
                        None => {}
                    }
                    answer.parts.push(Part {
                        project: one.project,
                        findings,
                        judged: Some(judged),
                    });
                }
                Err(error) => answer.gaps.push(Gap {
                    project: one.project,
                    error,
                    so: None,
                }),
            }
        }
        answer
    }

    /// Says of each project what of it was judged; documents alone have that.
    pub(super) fn tell_staged(&mut self, context: &Context) {
        // What cannot be looked at is a gap already.
        let all = workflow::guard::judged(context).unwrap_or_default();
        self.staged = Self::of(all).parts;
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.parts.iter().flat_map(|part| &part.findings)
    }

    fn evaluated(&self) -> bool {
        !self.gaps.iter().any(Gap::counts) && !self.is_open()
    }

    /// A finding is that something could not be judged.
    fn is_open(&self) -> bool {
        let mut findings = self.findings();
        findings.any(|finding| finding.rule == Rule::NotEvaluated)
    }

    fn status(&self) -> Status {
        if self.evaluated() {
            self.of_findings()
        } else {
            Status::Unknown
        }
    }

    /// What a hook makes of it, which stops nobody for what nobody can put right here.
    pub(super) fn status_of_hook(&self) -> Status {
        if self.gaps.iter().all(Gap::passes) && !self.is_open() {
            self.of_findings()
        } else {
            Status::Unknown
        }
    }

    fn of_findings(&self) -> Status {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        if self.findings().any(is_error) {
            Status::Attention
        } else {
            Status::Fine
        }
    }
}

/// Says what came of trying it, at the collision that it is about.
fn tell(findings: &mut [Finding], proved: &Proved) {
    let mut collisions = findings.iter_mut();
    if let Some(finding) = collisions.find(|one| one.rule == Rule::SemanticConflict) {
        finding.message = format!("{}; {}", finding.message, verdict::line(proved));
    }
}

pub(super) fn run(
    ui: &mut Ui,
    context: &Context,
    args: &Args,
    format: Format,
) -> Result<Status, Error> {
    if args.output.is_some() && matches!(format, Format::Text | Format::Github) {
        return Err(Error::Usage(
            "--output writes a document: `--format json`, `sarif` or `junit`".to_owned(),
        ));
    }
    if args.only.is_some() && *context.at() != workflow::At::WorkTree {
        return Err(Error::Usage(
            "models are read from the working tree, and --at names another state".to_owned(),
        ));
    }
    if args.staged && *context.at() != workflow::At::WorkTree {
        return Err(Error::Usage(
            "--staged judges the index, and --at another state".to_owned(),
        ));
    }
    // What keeps everything from being judged belongs into the document, too.
    let mut answer = answer(context, args).unwrap_or_else(Answer::not_evaluated);
    if args.staged && format == Format::Json {
        answer.tell_staged(context);
    }
    let document = match format {
        Format::Text => None,
        Format::Json => Some(pretty(&document(&answer))),
        Format::Github => Some(github::lines(&answer)),
        Format::Sarif => Some(pretty(&sarif::log(&answer))),
        Format::Junit => Some(junit::report(&answer)),
    };
    match (document, &args.output) {
        (Some(text), None) => {
            ui.data_raw(&text);
            if format == Format::Github {
                show_summary(ui, &answer);
            }
        }
        (Some(text), Some(file)) => {
            show(ui, &answer);
            write_document(context, file, &text)?;
        }
        (None, _) => show(ui, &answer),
    }
    Ok(answer.status())
}

fn answer(context: &Context, args: &Args) -> Result<Answer, Error> {
    if args.only == Some(Only::Models) {
        return Ok(Answer::of(check::check_models(context)?));
    }
    let ask = match &args.base {
        _ if args.staged => return staged(context),
        None => Ask::Here,
        Some(name) => Ask::MergedWith {
            // Empty is also what a CI's variable gives that is not set.
            base: Some(name.clone()).filter(|name| !name.is_empty()),
            prove: args.prove.then_some(Prove {
                here: args.scratch_here,
            }),
        },
    };
    Ok(Answer::of(check::check(context, &ask)?))
}

/// What is staged, for every project.
fn staged(context: &Context) -> Result<Answer, Error> {
    let verdict = workflow::guard::staged(context)?;
    if !verdict.any_project {
        let folders = &context.config.folders;
        let folder = folders.first().map_or("migrations", String::as_str);
        return Err(Error::NoFolder(context.config.root.join(folder)));
    }
    let mut answer = of_staged(verdict);
    for gap in &mut answer.gaps {
        // Who asks is told; it is hooks that go on.
        gap.so = gap.so.take().filter(|so| *so != So::Unseen);
    }
    Ok(answer)
}

/// The same for the hook, which is in nobody's way where history is missing.
pub(super) fn staged_by_hook(ui: &mut Ui, context: &Context) -> Result<Answer, Error> {
    let mut verdict = workflow::guard::staged(context)?;
    // Where the migrations are in a submodule, that is so at each commit.
    let is_submodule = |one: &Unjudged| matches!(one.error, Error::NoFolderAt { .. });
    verdict
        .unjudged
        .retain(|one| one.so != So::NotTouched || !is_submodule(one));
    if !verdict.any_project {
        ui.warn("found no teammig.yaml and no folder migrations/, so nothing was checked");
    }
    Ok(of_staged(verdict))
}

fn of_staged(verdict: Verdict) -> Answer {
    let gap = |Unjudged { error, so }| Gap {
        project: String::new(),
        error,
        so: Some(so),
    };
    let missing = verdict.missing.into_iter().map(|why| Unjudged {
        error: why.into(),
        so: So::Unseen,
    });
    let unjudged = verdict.unjudged.into_iter().chain(missing);
    Answer {
        gaps: unjudged.map(gap).collect(),
        parts: vec![Part {
            findings: verdict.findings,
            ..Part::default()
        }],
        staged: Vec::new(),
    }
}

/// For people: findings and gaps, and what was judged.
fn show(ui: &mut Ui, answer: &Answer) {
    show_findings(ui, answer);
    show_summary(ui, answer);
}

/// Findings and gaps, for people.
pub(super) fn show_findings(ui: &mut Ui, answer: &Answer) {
    // What names no place and no revision is as true of one project as of the next.
    let mut general: Vec<&Finding> = Vec::new();
    for finding in answer.findings() {
        if finding.place.is_none() && finding.revision.is_none() {
            if general.contains(&finding) {
                continue;
            }
            general.push(finding);
        }
        show_finding(ui, finding);
    }
    for gap in &answer.gaps {
        show_gap(ui, gap);
    }
}

fn show_summary(ui: &mut Ui, answer: &Answer) {
    // What is staged may edit what cannot be seen: nothing said against it is no approval.
    let is_open = answer.gaps.iter().any(|gap| gap.so.is_none());
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    for part in &answer.parts {
        if is_open && part.judged.is_none() && !part.findings.iter().any(is_error) {
            continue;
        }
        ui.data(words::summary(part));
        if let Some(proved) = part.proved()
            && proved
                .verdict
                .clash()
                .is_none_or(|clash| !clash.is_serious())
        {
            verdict::show(ui, proved, &[]);
        }
        if part
            .judged
            .as_ref()
            .is_some_and(|judged| judged.uncommitted)
        {
            ui.warn(format!(
                "{}migrations that are not committed were not judged",
                words::of(&part.project)
            ));
            ui.hint("`teammig check` without --base judges the files");
        }
    }
    for gap in answer.gaps.iter().filter(|gap| gap.counts()) {
        let project = words::of(&gap.project);
        ui.data(format!("{project}not evaluated"));
    }
}

/// A project that could not be looked at: an error where the change touches it.
fn show_gap(ui: &mut Ui, gap: &Gap) {
    match &gap.so {
        None => {
            report::show_beside(ui, &gap.error);
        }
        Some(so) => show_unjudged(ui, &gap.error, so, "commit"),
    }
}

/// The same, where it was a commit or a push that was judged.
pub(super) fn show_unjudged(ui: &mut Ui, error: &Error, so: &So, what: &str) {
    match so {
        So::NotTouched => {
            let message = report::message(error);
            ui.warn(format!(
                "could not be evaluated: {message}; this {what} changes no migration of that project"
            ));
        }
        So::Unseen => {
            let message = report::message(error);
            ui.warn(format!(
                "could not be evaluated: {message}; this {what} goes on without that"
            ));
        }
        So::Touched(path) => {
            report::show_beside(ui, error);
            ui.hint(format!(
                "this {what} changes {path}, which cannot be judged before that is put right"
            ));
        }
    }
}

/// The answer as the JSON contract has it, for the check and for the hook.
pub(super) fn document(answer: &Answer) -> Value {
    json!({
        "schema": "teammig.check/1",
        "evaluated": answer.evaluated(),
        "judged": answer.parts.iter().chain(&answer.staged).filter_map(judged).collect::<Vec<_>>(),
        "unjudged": answer.gaps.iter().map(|gap| json!({
            "project": gap.project,
            "message": report::message(&gap.error),
            "hints": report::hints(&gap.error),
            "touched": match &gap.so {
                Some(So::Touched(path)) => Some(path),
                None | Some(So::NotTouched | So::Unseen) => None,
            },
        })).collect::<Vec<_>>(),
        "findings": answer.findings().map(json::finding).collect::<Vec<_>>(),
    })
}

fn judged(part: &Part) -> Option<Value> {
    let judged = part.judged.as_ref()?;
    let base = judged.base.as_ref();
    Some(json!({
        "project": part.project,
        "what": judged.ours,
        "commit": judged.commit,
        "base": base.map(|base| &base.0),
        "base_commit": base.map(|base| &base.1),
        "merged": judged.merged,
        "uncommitted": judged.uncommitted,
        "new_revisions": judged.new,
        "heads": judged.heads,
        "proof": part.proved().map(verdict::document),
    }))
}

fn pretty(value: &Value) -> String {
    // A Value always serialises.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
