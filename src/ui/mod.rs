//! The terminal: data to stdout, talk to stderr, and nothing anywhere else.
//!
//! The only place that names `console`, `dialoguer`, `indicatif` and
//! `annotate-snippets`. It knows how to show things, never what they mean: no
//! workflow is called from here.

pub mod age;
pub mod drawing;
mod progress;
mod prompt;
mod snippet;
mod wrap;

use std::{
    borrow::Cow,
    io::{self, IsTerminal as _, Write},
};

use console::{Style, Term};

use crate::model::{
    advice::{self, About},
    finding::Place,
    visible::is_hidden,
};

pub use progress::Progress;
pub use prompt::{PromptError, restore_cursor};
pub use snippet::Kind;

/// How output is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document on stdout.
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal that wants it (`NO_COLOR`, `CLICOLOR`, `TERM=dumb` count).
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Settings of a [`Ui`].
#[derive(Debug, Clone, Copy)]
pub struct UiOptions {
    /// Text or JSON.
    pub format: Format,
    /// Colour.
    pub color: Color,
    /// Questions may be asked where there is a terminal.
    pub input: bool,
    /// No talk on stderr but warnings and errors.
    pub quiet: bool,
    /// More of it.
    pub verbose: bool,
}

/// Everything that reaches the user goes through here.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact about the terminal of its own"
)]
pub struct Ui {
    options: UiOptions,
    out_color: bool,
    err_color: bool,
    width: usize,
    /// Lines of the answer are broken at the terminal's width.
    fold_out: bool,
    /// So is talk.
    fold_err: bool,
    out: io::BufWriter<io::Stdout>,
    broken: bool,
    lost: Option<io::Error>,
    /// A heading that is due before the next line there.
    due_out: Option<String>,
    due_err: Option<String>,
    /// Documents are kept back.
    captured: Option<Vec<serde_json::Value>>,
    /// An error was shown: what follows belongs to it.
    failed: bool,
    /// What this run was told to be about.
    about: About,
}

impl Ui {
    /// The terminal of this process.
    pub fn new(options: UiOptions) -> Self {
        let (out_color, err_color) = match options.color {
            Color::Always => (true, true),
            Color::Never => (false, false),
            Color::Auto => (console::colors_enabled(), console::colors_enabled_stderr()),
        };
        let width = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            .unwrap_or_else(|| {
                Term::stderr()
                    .size_checked()
                    .map_or(100, |(_, width)| usize::from(width))
            });
        Self {
            options,
            out_color,
            err_color,
            width,
            fold_out: io::stdout().is_terminal(),
            fold_err: io::stderr().is_terminal(),
            out: io::BufWriter::new(io::stdout()),
            broken: false,
            lost: None,
            due_out: None,
            due_err: None,
            captured: None,
            failed: false,
            about: About::default(),
        }
    }

    /// Text or JSON.
    pub fn format(&self) -> Format {
        self.options.format
    }

    /// JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.options.format == Format::Json
    }

    /// More detail was asked for.
    pub fn is_verbose(&self) -> bool {
        self.options.verbose
    }

    /// The terminal's width in columns, or 100.
    pub fn width(&self) -> usize {
        self.width
    }

    /// One line of the answer, on stdout; broken at blanks where a terminal is narrower.
    pub fn data(&mut self, line: impl AsRef<str>) {
        let line = self.folded(line.as_ref(), self.fold_out);
        self.data_lines(&line);
    }

    /// The columns that a line of the answer may take; `None` = it goes to no terminal.
    pub fn data_width(&self) -> Option<usize> {
        self.fold_out.then_some(self.width)
    }

    fn folded<'a>(&self, text: &'a str, fold: bool) -> Cow<'a, str> {
        if fold {
            Cow::Owned(wrap::wrap(text, self.width))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// Lines of the answer that stay as they are: a script, a drawing.
    pub fn data_lines(&mut self, text: &str) {
        let line = clean(text, self.out_color);
        self.write_out(&line);
        self.write_out("\n");
    }

    /// A text of the answer as it is, control characters included, on stdout.
    pub fn data_raw(&mut self, text: &str) {
        self.write_out(text);
    }

    /// One part of an answer that has several: its document is given back instead of
    /// being shown; text gets a heading.
    pub fn part<T>(
        &mut self,
        heading: &str,
        act: impl FnOnce(&mut Self) -> T,
    ) -> (Option<serde_json::Value>, T) {
        if self.is_json() {
            self.captured = Some(Vec::new());
        } else {
            self.due_out = Some(heading.to_owned());
            self.due_err = Some(heading.to_owned());
        }
        let outcome = act(self);
        (self.due_out, self.due_err) = (None, None);
        (self.captured.take().and_then(|mut all| all.pop()), outcome)
    }

    /// The answer as one JSON document, on stdout.
    pub fn json(&mut self, document: &serde_json::Value) {
        if let Some(captured) = &mut self.captured {
            captured.push(document.clone());
            return;
        }
        // A Value always serialises.
        let text = serde_json::to_string_pretty(document).unwrap_or_default();
        self.write_out(&text);
        self.write_out("\n");
    }

    /// At one terminal, the heading of the answer is that of talk, too.
    fn one_heading(&mut self) {
        if self.fold_out && self.fold_err {
            (self.due_out, self.due_err) = (None, None);
        }
    }

    fn write_out(&mut self, text: &str) {
        if let Some(heading) = self.due_out.take() {
            self.one_heading();
            let heading = self.paint(&heading, &Style::new().bold());
            self.write_out(&format!("{heading}\n"));
        }
        if !self.broken
            && let Err(error) = self.out.write_all(text.as_bytes())
        {
            self.output_failed(error);
        }
    }

    /// Hands everything over to the system.
    pub fn flush(&mut self) {
        if !self.broken
            && let Err(error) = self.out.flush()
        {
            self.output_failed(error);
        }
    }

    fn output_failed(&mut self, error: io::Error) {
        self.broken = true;
        // `teammig history | head` closes the pipe early; that is no failure.
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.lost = Some(error);
        }
    }

    /// Why a part of the answer did not arrive, where that is so.
    pub fn lost_output(&mut self) -> Option<io::Error> {
        self.flush();
        self.lost.take()
    }

    /// What is going on; silenced by `--quiet`.
    pub fn status(&mut self, line: impl AsRef<str>) {
        if !self.options.quiet {
            self.talk(line.as_ref());
        }
    }

    /// Detail for `--verbose`.
    pub fn detail(&mut self, line: impl AsRef<str>) {
        if self.options.verbose {
            self.talk(line.as_ref());
        }
    }

    /// Something the user should know.
    pub fn warn(&mut self, message: impl AsRef<str>) {
        let label = self.paint_err("warning:", &Style::new().yellow().bold());
        self.talk(&format!("{label} {}", message.as_ref()));
    }

    /// What to do next; silenced by `--quiet` where nothing went wrong.
    pub fn hint(&mut self, message: impl AsRef<str>) {
        if self.options.quiet && !self.failed {
            return;
        }
        let label = self.paint_err("hint:", &Style::new().cyan().bold());
        let message = self.for_this_run(message.as_ref());
        self.talk(&format!("{label} {message}"));
    }

    /// Which of several databases, and which environment, this run was told to take: what
    /// it advises is about the same.
    pub fn about(&mut self, about: About) {
        self.about = about;
    }

    /// A hint whose commands name the database and the environment of this run.
    pub fn for_this_run(&self, hint: &str) -> String {
        advice::for_this_run(hint, &self.about)
    }

    /// Why it did not work.
    pub fn error(&mut self, message: impl AsRef<str>) {
        self.failed = true;
        let label = self.paint_err("error:", &Style::new().red().bold());
        self.talk(&format!("{label} {}", message.as_ref()));
    }

    /// A title with places in files.
    pub fn places(&mut self, kind: Kind, title: &str, places: &[&Place]) {
        self.failed |= kind == Kind::Error;
        let title = if self.fold_err {
            // After the level's name, under which the renderer puts the lines that follow.
            wrap::fold(title, self.width.saturating_sub("warning: ".len()), 0).join("\n")
        } else {
            title.to_owned()
        };
        let text = snippet::render(kind, &title, places, self.err_color, self.width);
        self.talk_lines(&text);
    }

    /// A line on stderr, after everything that stands on stdout; broken at blanks
    /// where a terminal is narrower.
    pub fn talk(&mut self, line: &str) {
        let line = self.folded(line, self.fold_err);
        self.talk_lines(&line);
    }

    /// Lines on stderr that stay as they are.
    fn talk_lines(&mut self, line: &str) {
        self.flush();
        if let Some(heading) = self.due_err.take() {
            let heading = self.paint_err(&heading, &Style::new().bold());
            let _ = writeln!(io::stderr().lock(), "{heading}");
            self.one_heading();
        }
        let line = clean(line, self.err_color);
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Whether the answer shows colour.
    pub fn out_color(&self) -> bool {
        self.out_color
    }

    /// Whether stderr shows colour.
    pub fn err_color(&self) -> bool {
        self.err_color
    }

    /// Colours a piece of the answer.
    pub fn paint(&self, text: &str, style: &Style) -> String {
        style
            .clone()
            .force_styling(self.out_color)
            .apply_to(text)
            .to_string()
    }

    /// Colours a piece of talk.
    pub fn paint_err(&self, text: &str, style: &Style) -> String {
        style
            .clone()
            .force_styling(self.err_color)
            .apply_to(text)
            .to_string()
    }

    /// An id in the answer.
    pub fn id(&self, id: &str) -> String {
        self.paint(id, &Style::new().yellow())
    }

    /// An id in talk.
    pub fn id_err(&self, id: &str) -> String {
        self.paint_err(id, &Style::new().yellow())
    }

    /// Something secondary in the answer.
    pub fn dim(&self, text: &str) -> String {
        self.paint(text, &Style::new().dim())
    }

    /// Something good in the answer.
    pub fn good(&self, text: &str) -> String {
        self.paint(text, &Style::new().green())
    }

    /// Something secondary in talk.
    pub fn dim_err(&self, text: &str) -> String {
        self.paint_err(text, &Style::new().dim())
    }

    /// Something good in talk.
    pub fn good_err(&self, text: &str) -> String {
        self.paint_err(text, &Style::new().green())
    }
}

/// A word while nothing else can be said: somebody is waited for.
pub fn waiting(place: &str) {
    // Whoever cannot be told waits in silence.
    let _ = writeln!(io::stderr(), "waiting for {place} …");
}

/// Re-exported so that commands can name a style without naming the crate.
pub use console::Style as TextStyle;

/// A text without what could command a terminal: messages, paths and scripts come
/// from files that a stranger may have written.
///
/// Line ends and tabs stay, and colours where we colour ourselves. Everything else
/// that is a control, or that turns the direction of writing, is spelled out.
fn clean(text: &str, color: bool) -> Cow<'_, str> {
    let is_bad = |c: char| is_hidden(c) && c != '\n' && c != '\t';
    if !text.contains(is_bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut styled = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (head, tail) = rest.split_at(c.len_utf8());
        rest = tail;
        if color
            && c == '\u{1b}'
            && let Some(style) = style_at(tail)
        {
            out.push_str(head);
            out.push_str(&tail[..style]);
            rest = &tail[style..];
            styled = true;
        } else if c == '\r' && tail.starts_with('\n') {
            // The line end says it all.
        } else if is_bad(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push_str(head);
        }
    }
    if styled && !out.ends_with("\u{1b}[0m") {
        out.push_str("\u{1b}[0m");
    }
    Cow::Owned(out)
}

/// Length of the rest of a colour's sequence after its escape character.
fn style_at(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix('[')?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    parameters[end..].starts_with('m').then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_a_file_cannot_command_the_terminal() {
        let table = [
            ("plain\n\ttext ä", false, "plain\n\ttext ä"),
            ("a\u{1b}[31mred", false, "a\\u{1b}[31mred"),
            ("a\u{1b}[31mred", true, "a\u{1b}[31mred\u{1b}[0m"),
            ("\u{1b}[1mb\u{1b}[0m", true, "\u{1b}[1mb\u{1b}[0m"),
            ("\u{1b}]0;title\u{7}", true, "\\u{1b}]0;title\\u{7}"),
            ("\u{1b}[2J", true, "\\u{1b}[2J"),
            ("\u{9b}2J", true, "\\u{9b}2J"),
            ("over\rwritten\r\nnext", true, "over\\u{d}written\nnext"),
            ("\u{202e}gnp", false, "\\u{202e}gnp"),
        ];
        for (text, color, want) in table {
            assert_eq!(clean(text, color), want, "{text:?}");
        }
    }
}
