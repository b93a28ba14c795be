//! A progress bar for long runs, where a terminal is there to show it.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Ui, clean};

/// Runs with fewer steps show their lines only.
const WORTH_A_BAR: usize = 20;

/// Shows how far a run has come; does nothing where that is not wanted.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Ui {
    /// A bar for `steps` steps, or nothing when the run is short, quiet or unseen.
    pub fn progress(&self, steps: usize) -> Progress {
        let wanted = steps >= WORTH_A_BAR
            && !self.options.quiet
            && !self.is_json()
            && io::stderr().is_terminal();
        let bar = wanted.then(|| {
            let bar = ProgressBar::with_draw_target(
                u64::try_from(steps).ok(),
                ProgressDrawTarget::stderr_with_hz(10),
            );
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Progress { bar }
    }
}

impl Progress {
    /// What is being done now.
    pub fn doing(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(clean(what, false).into_owned());
        }
    }

    /// One more step is done.
    pub fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// Writes a line above the bar.
    pub fn line(&self, ui: &mut Ui, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| ui.status(line)),
            None => ui.status(line),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
