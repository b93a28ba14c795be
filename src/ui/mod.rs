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

use std::io::{self, Write};

use console::{Style, Term};

pub use progress::Progress;
pub use prompt::{PromptError, restore_cursor};
pub use snippet::{Kind, render as render_places};

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
pub struct Ui {
    options: UiOptions,
    out_color: bool,
    err_color: bool,
    width: usize,
    out: io::BufWriter<io::Stdout>,
    broken: bool,
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
            out: io::BufWriter::new(io::stdout()),
            broken: false,
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

    /// One line of the answer, on stdout.
    pub fn data(&mut self, line: impl AsRef<str>) {
        self.write_out(line.as_ref());
        self.write_out("\n");
    }

    /// A text of the answer as it is, on stdout.
    pub fn data_raw(&mut self, text: &str) {
        self.write_out(text);
    }

    /// The answer as one JSON document, on stdout.
    pub fn json(&mut self, document: &serde_json::Value) {
        // A Value always serialises.
        let text = serde_json::to_string_pretty(document).unwrap_or_default();
        self.data(text);
    }

    fn write_out(&mut self, text: &str) {
        // `teammig history | head` closes the pipe early; that is no failure.
        if !self.broken && self.out.write_all(text.as_bytes()).is_err() {
            self.broken = true;
        }
    }

    /// Hands everything over to the system.
    pub fn flush(&mut self) {
        if self.out.flush().is_err() {
            self.broken = true;
        }
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

    /// What to do next.
    pub fn hint(&mut self, message: impl AsRef<str>) {
        let label = self.paint_err("hint:", &Style::new().cyan().bold());
        self.talk(&format!("{label} {}", message.as_ref()));
    }

    /// Why it did not work.
    pub fn error(&mut self, message: impl AsRef<str>) {
        let label = self.paint_err("error:", &Style::new().red().bold());
        self.talk(&format!("{label} {}", message.as_ref()));
    }

    /// A line on stderr, after everything that stands on stdout.
    pub fn talk(&mut self, line: &str) {
        self.flush();
        let _ = writeln!(io::stderr().lock(), "{line}");
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

    /// Something secondary in talk.
    pub fn dim_err(&self, text: &str) -> String {
        self.paint_err(text, &Style::new().dim())
    }

    /// Something good in talk.
    pub fn good_err(&self, text: &str) -> String {
        self.paint_err(text, &Style::new().green())
    }
}

/// Re-exported so that commands can name a style without naming the crate.
pub use console::Style as TextStyle;

/// Columns that a text takes on a terminal.
pub fn text_width(text: &str) -> usize {
    console::measure_text_width(text)
}
