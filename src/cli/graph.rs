//! `teammig graph`

mod data;
mod text;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Status, create::show_findings, events::plural, report};
use crate::{
    document,
    model::picture::{Fold, Picture, Rows},
    ui::{Ui, age},
    workflow::{
        Context, Error,
        graph::{self, Drawn, Request},
        write_document,
    },
};

/// Draw the graph: heads, branch points, whose each revision is, where it is applied
///
/// Databases are drawn as their ledgers were last read by this clone; `--applied`, `--env`
/// and `--url` read one now. A long stretch in which nothing happens becomes one row.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig graph                        at the terminal
  teammig graph --all -o graph.html    a page with the revisions of all branches
  teammig graph --as mermaid           for a Markdown page
  teammig graph --as dot | dot -Tpng > graph.png")]
pub(super) struct Args {
    /// What to draw it as [default: by the ending of FILE, else text]
    #[arg(long = "as", value_enum, value_name = "KIND")]
    kind: Option<Kind>,

    /// Write it to a file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// With the revisions that only other branches have, local ones and remote ones
    #[arg(long, short)]
    all: bool,

    /// Only from revision A to revision B: A:B, A: or :B (`current` = the database)
    #[arg(long, short = 'r', value_name = "A:B", allow_hyphen_values = true)]
    rev_range: Option<String>,

    /// Read the database now; implied by `--env` and `--url`
    #[arg(long)]
    applied: bool,

    /// Fold long stretches: when there are many revisions, always or never
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        num_args = 0..=1,
        default_missing_value = "always"
    )]
    fold: When,
}

impl Args {
    /// Several graphs, one after the other, are an answer in text and in JSON alone.
    pub(super) fn may_be_several(&self) -> bool {
        self.output.is_none() && matches!(self.kind, None | Some(Kind::Text))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Lines at the terminal
    Text,
    /// A flowchart for Markdown pages
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
    /// A page that needs nothing else
    Html,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl When {
    fn fold(self) -> Fold {
        match self {
            Self::Auto => Fold::Auto,
            Self::Always => Fold::Always,
            Self::Never => Fold::Never,
        }
    }
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    if ui.is_json() && (args.kind.is_some() || args.output.is_some()) {
        return Err(Error::Usage(
            "--format json is an answer of its own; it goes with neither --as nor --output"
                .to_owned(),
        ));
    }
    let kind = kind(args)?;
    let drawn = graph::draw(
        context,
        &Request {
            range: args.rev_range.as_deref(),
            all: args.all,
            applied: args.applied || context.environment_was_named(),
        },
    )?;
    let findings = show_findings(ui, &drawn.project);
    let status = match &drawn.out_of_reach {
        Some(_) => Status::Unknown,
        None => findings,
    };
    if ui.is_json() {
        ui.json(&data::document(&drawn));
        return Ok(status);
    }
    if let Some(error) = &drawn.out_of_reach {
        ui.warn(format!(
            "{}: drawn without what it says now",
            report::message(error)
        ));
    }
    if drawn.uncompared > 0 {
        ui.status(format!(
            "{} of heads were not held against each other; `teammig radar --all` does that",
            plural(drawn.uncompared, "pair")
        ));
    }
    let picture = &drawn.picture;
    let rows = picture.rows(args.fold.fold());
    match (kind, &args.output) {
        (Kind::Text, None) => {
            for line in text::lines(picture, &rows, ui.out_color(), ui.data_width()) {
                ui.data_lines(&line);
            }
        }
        (_, None) => ui.data_raw(&document(kind, picture, &rows)),
        (_, Some(path)) => {
            let text = document(kind, picture, &rows);
            write_document(context, path, &text)?;
            ui.data(path.display().to_string());
        }
    }
    explain(ui, context, kind, &drawn, &rows);
    Ok(status)
}

/// By the option, else by the file's ending.
fn kind(args: &Args) -> Result<Kind, Error> {
    if let Some(kind) = args.kind {
        return Ok(kind);
    }
    let Some(path) = &args.output else {
        return Ok(Kind::Text);
    };
    let ending = Path::new(path)
        .extension()
        .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("txt") => Ok(Kind::Text),
        Some("mmd" | "mermaid") => Ok(Kind::Mermaid),
        Some("dot" | "gv") => Ok(Kind::Dot),
        Some("svg") => Ok(Kind::Svg),
        Some("html" | "htm") => Ok(Kind::Html),
        _ => Err(Error::Usage(format!(
            "the name {} does not say what to draw; give it the ending .txt, .mmd, .dot, .svg or .html, \
             or say `--as KIND`",
            path.display()
        ))),
    }
}

fn document(kind: Kind, picture: &Picture, rows: &Rows) -> String {
    match kind {
        Kind::Text => {
            let mut text = text::lines(picture, rows, false, None).join("\n");
            text.push('\n');
            text
        }
        Kind::Mermaid => document::mermaid::render(picture, rows),
        Kind::Dot => document::dot::render(picture, rows),
        Kind::Svg => document::svg::render(picture, rows),
        Kind::Html => document::html::render(picture, rows),
    }
}

/// What the drawing itself does not say.
fn explain(ui: &mut Ui, context: &Context, kind: Kind, drawn: &Drawn, rows: &Rows) {
    let picture = &drawn.picture;
    if kind == Kind::Text && !picture.environments.is_empty() {
        let known: Vec<String> = picture
            .environments
            .iter()
            .map(|environment| {
                let when = if environment.fresh {
                    "read now".to_owned()
                } else {
                    format!("as read {}", age::ago(environment.seen_at, context.now))
                };
                format!("{} ({when})", environment.name)
            })
            .collect();
        ui.status(format!(
            "● applied in a database, ○ in none: {}",
            known.join(", ")
        ));
    }
    if kind == Kind::Mermaid {
        let edges: usize = rows.lanes.iter().map(|row| row.links.len()).sum();
        let bytes = document::mermaid::render(picture, rows).len();
        if edges > document::mermaid::MOST_EDGES || bytes > document::mermaid::MOST_BYTES {
            ui.warn(format!(
                "Mermaid refuses more than {} edges or {} characters unless the page allows it; this has {edges} and {bytes}",
                document::mermaid::MOST_EDGES,
                document::mermaid::MOST_BYTES,
            ));
            ui.hint("`--fold` or a range, `-r A:B`, makes it smaller");
        }
    }
    if rows.folded() > 0 && kind != Kind::Html {
        ui.hint(format!(
            "{} folded; `--fold never` shows each",
            match rows.folded() {
                1 => "1 revision is".to_owned(),
                n => format!("{} are", plural(n, "revision")),
            }
        ));
    }
}
