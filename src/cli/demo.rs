//! `teammig demo`

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::Status;
use crate::{
    ui::{TextStyle, Ui},
    workflow::{Error, Interrupt},
};

/// Play the daily story of a team of two in a temporary folder
///
/// Makes a repository and two clones with real Git and SQLite databases, lets
/// both write a migration, pulls, and syncs. Touches nothing else.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Keep the folder afterwards, to look around in it
    #[arg(long)]
    keep: bool,
}

pub(super) fn run(ui: &mut Ui, interrupt: &Interrupt, args: &Args) -> Result<Status, Error> {
    // Ctrl-C is waited for between two commands: they are short, and hear of it
    // themselves. Outlives the folder, which has to be gone before the program is.
    let _guard = interrupt.guard(std::sync::Arc::new(|| {}));
    let folder = tempfile::Builder::new()
        .prefix("teammig-demo-")
        .tempdir()
        .map_err(Error::io("make", "a temporary folder"))?;
    let mut stage = Stage {
        ui,
        root: folder.path().to_owned(),
        program: std::env::current_exe().map_err(Error::io("find", "this program"))?,
        interrupt,
    };
    let outcome = play(&mut stage);
    if args.keep {
        let kept = folder.keep();
        ui.status(format!("kept: {}", kept.display()));
    } else {
        let path = folder.path().to_owned();
        folder.close().map_err(Error::io("remove", path))?;
    }
    outcome?;
    ui.talk("");
    ui.status("That was the demo. All of it happened in a temporary folder, with real Git and real databases.");
    Ok(Status::Fine)
}

/// The play: who does what, in the words that a person would type.
fn play(stage: &mut Stage<'_>) -> Result<(), Error> {
    stage.prepare()?;
    stage.say("Ann starts a project");
    stage.command("ann", "teammig init --no-hooks")?;
    stage.command(
        "ann",
        "teammig create \"Create users\" --rev-id 9209a434d045",
    )?;
    stage.write(
        "ann",
        "9209a434d045",
        "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);",
        "DROP TABLE users;",
    )?;
    stage.command("ann", "teammig upgrade")?;
    stage.command("ann", "teammig hooks install")?;
    stage.quiet("ann", "git add .")?;
    stage.command("ann", "git commit -qm \"Create users\"")?;
    stage.command("ann", "git push -q -u origin main")?;

    stage.say("Bob clones it, and writes a migration");
    stage.quiet("", "git clone -q origin.git bob")?;
    stage.identity("bob", "Bob")?;
    stage.command("bob", "teammig upgrade")?;
    stage.command(
        "bob",
        "teammig create \"Add login index\" --rev-id c01d9e88ab12",
    )?;
    stage.write(
        "bob",
        "c01d9e88ab12",
        "CREATE INDEX users_name ON users (name);",
        "DROP INDEX users_name;",
    )?;
    stage.quiet("bob", "git add migrations")?;
    stage.command("bob", "git commit -qm \"Add login index\"")?;
    stage.command("bob", "git push -q")?;

    stage.say("Meanwhile Ann wrote one too");
    stage.command(
        "ann",
        "teammig create \"Add phone to users\" --rev-id 7f3a9c21e4b0",
    )?;
    stage.write(
        "ann",
        "7f3a9c21e4b0",
        "ALTER TABLE users ADD COLUMN phone text;",
        "ALTER TABLE users DROP COLUMN phone;",
    )?;
    stage.command("ann", "teammig upgrade")?;
    stage.quiet("ann", "git add migrations")?;
    stage.command("ann", "git commit -qm \"Add phone to users\"")?;

    stage.say("Ann pulls: two heads are a conflict in migrations/HEAD, and nothing else is");
    stage.refused("ann", "git pull -q --no-rebase --no-edit")?;
    stage.command(
        "ann",
        "teammig sync --merge --message \"Merge phone and login index\"",
    )?;
    stage.command("ann", "teammig history --indicate-current")?;
    stage.quiet("ann", "git add migrations")?;
    stage.command("ann", "git commit -qm \"Merge migrations\"")?;

    stage.say("An applied migration is not edited by accident");
    stage.edit("ann", "9209a434d045", "name text NOT NULL", "name text")?;
    stage.quiet("ann", "git add migrations")?;
    stage.refused("ann", "git commit -qm \"Loosen users.name\"")
}

struct Stage<'a> {
    ui: &'a mut Ui,
    root: PathBuf,
    program: PathBuf,
    interrupt: &'a Interrupt,
}

impl Stage<'_> {
    fn prepare(&mut self) -> Result<(), Error> {
        let found = Command::new("git").arg("--version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            return Err(Error::Usage(
                "the demo needs the program `git`; on Debian: apt-get install git".to_owned(),
            ));
        }
        self.quiet("", "git init -q --bare -b main origin.git")?;
        self.quiet("", "git clone -q origin.git ann")?;
        self.quiet("ann", "git checkout -q -B main")?;
        self.identity("ann", "Ann")
    }

    fn identity(&mut self, clone: &str, name: &str) -> Result<(), Error> {
        self.quiet(clone, &format!("git config user.name {name}"))?;
        let mail = name.to_lowercase();
        self.quiet(clone, &format!("git config user.email {mail}@example.org"))
    }

    fn say(&mut self, line: &str) {
        self.ui.talk("");
        let line = self
            .ui
            .paint_err(&format!("# {line}"), &TextStyle::new().bold());
        self.ui.talk(&line);
    }

    /// Shows a command and what it says; it has to succeed.
    fn command(&mut self, clone: &str, line: &str) -> Result<(), Error> {
        let output = self.show(clone, line)?;
        self.expect(line, &output, true)
    }

    /// Shows a command that has to fail.
    fn refused(&mut self, clone: &str, line: &str) -> Result<(), Error> {
        let output = self.show(clone, line)?;
        self.expect(line, &output, false)
    }

    fn quiet(&mut self, clone: &str, line: &str) -> Result<(), Error> {
        let output = self.execute(clone, line)?;
        self.expect(line, &output, true)
    }

    fn show(&mut self, clone: &str, line: &str) -> Result<Output, Error> {
        let prompt = self
            .ui
            .paint_err(&format!("{clone}$"), &TextStyle::new().cyan().bold());
        self.ui.talk(&format!("{prompt} {line}"));
        let output = self.execute(clone, line)?;
        for text in [&output.stderr, &output.stdout] {
            let text = String::from_utf8_lossy(text);
            if !text.trim().is_empty() {
                self.ui.talk(text.trim_end());
            }
        }
        Ok(output)
    }

    fn execute(&mut self, clone: &str, line: &str) -> Result<Output, Error> {
        self.stop_if_asked()?;
        let words = words(line);
        let color = if self.ui.err_color() {
            "always"
        } else {
            "never"
        };
        let mut command = if words[0] == "teammig" {
            let mut command = Command::new(&self.program);
            command.args(["--color", color]);
            command
        } else {
            Command::new("git")
        };
        // Nothing of the caller's repository or settings may leak in.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name == "DATABASE_URL" || name.starts_with("TEAMMIG") || name.starts_with("GIT_") {
                command.env_remove(&*name);
            }
        }
        let output = command
            .args(&words[1..])
            .current_dir(self.root.join(clone))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .map_err(Error::io("run", &words[0]))?;
        // What a command says that was stopped with us is no news.
        self.stop_if_asked()?;
        Ok(output)
    }

    fn stop_if_asked(&self) -> Result<(), Error> {
        if self.interrupt.is_asked() {
            return Err(Error::Stopped);
        }
        Ok(())
    }

    fn expect(&mut self, line: &str, output: &Output, success: bool) -> Result<(), Error> {
        if output.status.success() == success {
            return Ok(());
        }
        self.ui
            .talk(String::from_utf8_lossy(&output.stderr).trim_end());
        Err(Error::Program {
            program: format!("`{line}`"),
            status: output.status,
        })
    }

    /// Fills in the scripts of a revision, as an editor would.
    fn write(&mut self, clone: &str, revision: &str, up: &str, down: &str) -> Result<(), Error> {
        let prompt = self.ui.dim_err(&format!("  (in the editor)  {up}"));
        self.ui.talk(&prompt);
        self.change(clone, revision, |text| {
            text.replace("-- migrate:up\n", &format!("-- migrate:up\n{up}\n"))
                .replace("-- migrate:down\n", &format!("-- migrate:down\n{down}\n"))
        })
    }

    fn edit(&mut self, clone: &str, revision: &str, from: &str, to: &str) -> Result<(), Error> {
        let prompt = self
            .ui
            .dim_err(&format!("  (in the editor)  {from}  →  {to}"));
        self.ui.talk(&prompt);
        self.change(clone, revision, |text| text.replace(from, to))
    }

    fn change(
        &mut self,
        clone: &str,
        revision: &str,
        change: impl Fn(&str) -> String,
    ) -> Result<(), Error> {
        let path = self.file_of(clone, revision)?;
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        fs::write(&path, change(&text)).map_err(Error::io("write", &path))
    }

    fn file_of(&self, clone: &str, revision: &str) -> Result<PathBuf, Error> {
        let folder = self.root.join(clone).join("migrations");
        let entries = fs::read_dir(&folder).map_err(Error::io("read", &folder))?;
        entries
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.to_string_lossy().contains(revision))
            .ok_or_else(|| Error::NoFolder(Path::new(revision).to_owned()))
    }
}

/// Splits a command line at blanks, outside of double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}
