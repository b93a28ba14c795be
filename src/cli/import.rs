//! `teammig import`

mod notes;
mod show;

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Status, events::Shower, global::LockArgs};
use crate::{
    model::Dialect,
    ui::Ui,
    workflow::{
        Context, Database, Error,
        import::{self, Proposal, Request, Tool},
    },
};

/// Take over migrations of another tool
///
/// Reads a folder of diesel, sqlx, golang-migrate, dbmate, goose or Flyway in
/// that tool's order, and writes every migration as a revision, each the child
/// of the one before. The folder itself stays as it is. Called again it adds
/// what has come since, and adopts further databases.
///
/// The word `alembic` stands for this project's own Alembic, which writes down
/// as SQL what its revisions do; ids and edges stay, and teammig.yaml becomes
/// that of a native project.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig import db/migrations --dry-run    what would be written
  teammig import db/migrations              the files; nothing is applied
  teammig import db/migrations --adopt      and what the old tool applied counts as applied
  teammig import alembic --dialect postgres this project's Alembic revisions, as SQL")]
pub(super) struct Args {
    /// The folder with the other tool's migrations, or `alembic`
    path: PathBuf,

    /// The tool they belong to, if it cannot be told from the files
    #[arg(long, value_name = "TOOL", value_enum)]
    from: Option<ToolName>,

    /// The folder to write to [default: the project's first migrations folder]
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,

    /// The database that the scripts are written for [default: the chosen one's]
    #[arg(long, value_name = "NAME", value_enum)]
    dialect: Option<DialectName>,

    /// Record as applied what the tool's own table in the database calls applied
    #[arg(long)]
    adopt: bool,

    /// The tool's table, if it was given another name than the usual one
    #[arg(long, value_name = "TABLE", requires = "adopt")]
    table: Option<String>,

    /// Show what would be done
    #[arg(long)]
    dry_run: bool,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    pub(super) lock: LockArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ToolName {
    Diesel,
    Sqlx,
    GolangMigrate,
    Dbmate,
    Goose,
    Flyway,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DialectName {
    Sqlite,
    #[value(alias = "postgresql")]
    Postgres,
}

impl From<ToolName> for Tool {
    fn from(name: ToolName) -> Self {
        match name {
            ToolName::Diesel => Self::Diesel,
            ToolName::Sqlx => Self::Sqlx,
            ToolName::GolangMigrate => Self::GolangMigrate,
            ToolName::Dbmate => Self::Dbmate,
            ToolName::Goose => Self::Goose,
            ToolName::Flyway => Self::Flyway,
        }
    }
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let request = Request {
        path: args.path.clone(),
        from: args.from.map(Tool::from),
        into: args.into.clone(),
        dialect: args.dialect.map(|name| match name {
            DialectName::Sqlite => Dialect::Sqlite,
            DialectName::Postgres => Dialect::Postgres,
        }),
        table: args.table.clone(),
    };
    let sides = if args.from.is_none() && args.path.as_os_str() == import::alembic::WORD {
        Some(import::alembic::sides(context, &request)?)
    } else {
        None
    };
    // From here on it is the native project that is spoken of.
    let context = sides.as_ref().map_or(context, |sides| &sides.ours);
    let mut database = if args.adopt {
        Some(context.database()?)
    } else {
        None
    };
    let proposal = match &sides {
        Some(sides) => import::alembic::propose(sides, &request, borrow(&mut database))?,
        None => import::propose(context, &request, borrow(&mut database))?,
    };
    if !ui.is_json() {
        show::found(ui, &proposal);
    }
    if !args.dry_run {
        if args.adopt {
            confirm(ui, context, args, &proposal)?;
        }
        let shower = Shower::new(ui, 0);
        import::apply(context, &proposal, borrow(&mut database), &mut |event| {
            shower.show(ui, &event);
        })?;
    }
    if ui.is_json() {
        ui.json(&show::document(context, &proposal, args.dry_run));
    } else {
        show::done(ui, context, &proposal, args.dry_run);
    }
    Ok(Status::Fine)
}

fn borrow<'a>(database: &'a mut Option<Box<dyn Database>>) -> Option<&'a mut (dyn Database + 'a)> {
    match database {
        Some(database) => Some(&mut **database),
        None => None,
    }
}

/// Writing into the ledger of a protected environment takes a yes.
fn confirm(ui: &mut Ui, context: &Context, args: &Args, proposal: &Proposal) -> Result<(), Error> {
    let target = context.target()?;
    let changes = proposal
        .adoption
        .as_ref()
        .is_some_and(|adoption| !adoption.to_record.is_empty());
    if !changes || !target.protected || args.yes {
        return Ok(());
    }
    let question = format!(
        "Change the ledger of {}, which is protected?",
        target.environment
    );
    if ui.can_prompt() && matches!(ui.confirm(&question, false), Ok(true)) {
        return Ok(());
    }
    Err(Error::Protected {
        environment: target.environment,
    })
}
