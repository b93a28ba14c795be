//! Questions at the terminal.
//!
//! Only where there is one, and only with `Select`, `Confirm` and `Input`: the fuzzy
//! select of `dialoguer` 0.12 spins for ever without a terminal.

use std::io::{self, IsTerminal as _};

use console::{Term, measure_text_width, truncate_str};
use dialoguer::{Confirm, Input, Select, theme::ColorfulTheme, theme::SimpleTheme, theme::Theme};

use super::{Ui, clean};

/// Why a question got no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// Escape, `q`, or the end of the input.
    #[error("nothing was chosen")]
    Cancelled,
    /// Ctrl-C.
    #[error("stopped")]
    Interrupted,
    /// The terminal failed.
    #[error("cannot ask at the terminal: {0}")]
    Terminal(#[source] io::Error),
}

impl Ui {
    /// Somebody is there to answer.
    pub fn can_prompt(&self) -> bool {
        self.options.input
            && !self.is_json()
            && io::stdin().is_terminal()
            && io::stderr().is_terminal()
    }

    /// Asks for one of several; the first is the default.
    pub fn select(&mut self, question: &str, items: &[String]) -> Result<usize, PromptError> {
        self.flush();
        let theme = self.theme();
        // An item of two lines would be counted as one when the list is drawn anew.
        let room = columns().saturating_sub(MARK);
        let items = items
            .iter()
            .map(|item| shortened(&clean(item, self.err_color), room));
        let choice = Select::with_theme(&*theme)
            .with_prompt(clean(question, self.err_color))
            .items(items)
            .default(0)
            .interact_on_opt(&Term::stderr());
        restore_cursor();
        match choice {
            Ok(Some(choice)) => Ok(choice),
            Ok(None) => Err(PromptError::Cancelled),
            Err(dialoguer::Error::IO(error)) => Err(failed(error)),
        }
    }

    /// Asks yes or no.
    pub fn confirm(&mut self, question: &str, default: bool) -> Result<bool, PromptError> {
        self.flush();
        // A question of two lines would be cleared by half when it is answered.
        let question = if measure_text_width(question) + YES_OR_NO > columns() {
            self.talk(question);
            "Yes or no?".into()
        } else {
            clean(question, self.err_color)
        };
        let theme = self.theme();
        let answer = Confirm::with_theme(&*theme)
            .with_prompt(question)
            .default(default)
            .interact_on_opt(&Term::stderr());
        restore_cursor();
        match answer {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(PromptError::Cancelled),
            Err(dialoguer::Error::IO(error)) => Err(failed(error)),
        }
    }

    /// Asks for a line; an empty one says nothing.
    pub fn input(&mut self, question: &str) -> Result<Option<String>, PromptError> {
        self.flush();
        let theme = self.theme();
        let answer: Result<String, _> = Input::with_theme(&*theme)
            .with_prompt(clean(question, self.err_color))
            .allow_empty(true)
            .interact_text_on(&Term::stderr());
        restore_cursor();
        match answer {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Err(dialoguer::Error::IO(error)) => Err(failed(error)),
        }
    }

    fn theme(&self) -> Box<dyn Theme> {
        if self.err_color {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        }
    }
}

/// The columns of the terminal itself, whatever `COLUMNS` says: what is drawn anew
/// has to know where lines really end.
fn columns() -> usize {
    usize::from(Term::stderr().size().1)
}

/// The columns that a question needs for its mark and for the answer.
const YES_OR_NO: usize = 10;

/// The columns that a list has before an item.
const MARK: usize = 3;

/// An item in one line: without its explanation, which stands behind several
/// blanks, where that does not fit.
fn shortened(item: &str, room: usize) -> String {
    let item = match item.split_once("  ") {
        Some((name, _)) if measure_text_width(item) > room => name,
        _ => item,
    };
    truncate_str(item, room, "…").into_owned()
}

fn failed(error: io::Error) -> PromptError {
    // The signal's handler ends the program as well; whoever is first says the same.
    if error.kind() == io::ErrorKind::Interrupted {
        PromptError::Interrupted
    } else {
        PromptError::Terminal(error)
    }
}

/// Shows the cursor again: a prompt hides it, and Ctrl-C would leave it hidden.
pub fn restore_cursor() {
    let term = Term::stderr();
    if term.is_term() {
        let _ = term.show_cursor();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_fit_in_one_line() {
        let table = [
            ("Stop", 10, "Stop"),
            (
                "Apply both   both are applied",
                40,
                "Apply both   both are applied",
            ),
            ("Apply both   both are applied", 12, "Apply both"),
            ("Apply both   both are applied", 6, "Apply…"),
        ];
        for (item, room, want) in table {
            assert_eq!(shortened(item, room), want);
        }
    }
}
