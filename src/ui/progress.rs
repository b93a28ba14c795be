//! A progress bar for long runs, and a spinner for a long step of a short one,
//! where a terminal is there to show it.

use std::{
    io::{self, IsTerminal as _},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use console::truncate_str;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Ui, clean};

/// Runs with fewer steps show their lines, and a spinner where one takes long.
const WORTH_A_BAR: usize = 20;

/// Steps that take less show nothing.
const WORTH_A_SPINNER: Duration = Duration::from_secs(1);

/// Since when a step is being done, what it is, and how far it has come.
type Doing = Arc<Mutex<Option<(Instant, String, String)>>>;

/// Shows how far a run has come; does nothing where that is not wanted.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    doing: Doing,
}

impl Ui {
    /// A bar for `steps` steps, or a spinner when they are few; nothing when
    /// that is quiet or unseen.
    pub fn progress(&self, steps: usize) -> Progress {
        let wanted =
            steps > 0 && !self.options.quiet && !self.is_json() && io::stderr().is_terminal();
        let doing = Doing::default();
        let bar = wanted.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(u64::try_from(steps).ok(), target);
            if steps >= WORTH_A_BAR {
                let bar_width = (self.width() / 4).clamp(5, 30);
                let template = format!("{{bar:{bar_width}}} {{pos}}/{{len}}  {{wide_msg}}");
                if let Ok(style) = ProgressStyle::with_template(&template) {
                    bar.set_style(style);
                }
            } else if let Ok(style) = ProgressStyle::with_template("{slow}") {
                let doing = Arc::clone(&doing);
                let width = self.width();
                bar.set_style(style.with_key(
                    "slow",
                    move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                        let doing = doing.lock().unwrap_or_else(PoisonError::into_inner);
                        let Some((since, step, part)) = &*doing else {
                            return;
                        };
                        let since = since.elapsed();
                        if since >= WORTH_A_SPINNER {
                            let (frame, seconds) = (frame(since), since.as_secs());
                            let line = format!("  {frame} {step}{part}");
                            let seconds = format!("  {seconds} s");
                            let room = width.saturating_sub(seconds.len());
                            let line = truncate_str(&line, room, "…");
                            let _ = write!(out, "{line}{seconds}");
                        }
                    },
                ));
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Progress { bar, doing }
    }
}

/// One of the pictures that make the spinner turn.
fn frame(since: Duration) -> char {
    match since.as_millis() / 200 % 4 {
        0 => '◐',
        1 => '◓',
        2 => '◑',
        _ => '◒',
    }
}

impl Progress {
    /// What is being done now.
    pub fn doing(&self, what: &str) {
        if let Some(bar) = &self.bar {
            let what = clean(what, false).into_owned();
            let mut doing = self.lock();
            *doing = Some(match doing.take() {
                None => (Instant::now(), what.clone(), String::new()),
                Some((since, step, _)) => (since, step, format!("  ({what})")),
            });
            drop(doing);
            bar.set_message(what);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, String, String)>> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more step is done.
    pub fn step(&self) {
        if let Some(bar) = &self.bar {
            *self.lock() = None;
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
