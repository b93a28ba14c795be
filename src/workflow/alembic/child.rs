//! Another program runs: its output is shown as it comes, and kept.
//!
//! It gets no input, or a file that is locked while it runs (`left_running`). When the user asks to stop, it is told by SIGINT, once, so that Python
//! rolls back what it can; it stands in a process group of its own, so that the terminal
//! does not tell it a second time in the middle of that.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use super::left_running::Input;

/// How often a program that says nothing is looked after.
const LOOK: Duration = Duration::from_millis(50);
/// How long a program that was asked to stop may take for that.
const GRACE: Duration = Duration::from_secs(20);
/// How long output may still come from others, once the program itself has ended.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// A call, ready to be made.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The program and all its arguments.
    pub(super) words: Vec<String>,
    /// The folder to run in.
    pub(super) folder: PathBuf,
    /// Variables that it gets besides those of this process.
    pub(super) variables: Vec<(String, String)>,
    /// What it gets as its input, which is nothing to read.
    pub(super) input: Option<Input>,
}

/// Which of the two it was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: ExitStatus,
    /// Both streams, as the lines came.
    pub(super) all: String,
    /// What it wrote to stdout alone.
    pub(super) out: String,
}

/// The wish to stop, shared with whoever may ask.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    group: Mutex<Option<u32>>,
}

impl Stop {
    /// Asks what runs to stop.
    pub(super) fn ask(&self) {
        let again = self.0.asked.swap(true, Ordering::SeqCst);
        if let Ok(group) = self.0.group.lock()
            && let Some(group) = *group
            && !again
        {
            signal(group, "INT");
        }
    }

    /// What runs now is to come to its end.
    pub(super) fn forget(&self) {
        self.0.asked.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn runs(&self, group: Option<u32>) {
        if let Ok(mut there) = self.0.group.lock() {
            *there = group;
        }
    }
}

/// Runs it to its end; `show` gets each line.
pub(super) fn run(
    call: &Call,
    stop: &Stop,
    show: &mut dyn FnMut(Stream, &str),
) -> io::Result<Said> {
    let Some((program, arguments)) = call.words.split_first() else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let stdin = match &call.input {
        Some(input) => Stdio::from(input.file()?),
        None => Stdio::null(),
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(&call.folder)
        .envs(call.variables.iter().map(|(name, value)| (name, value)))
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    if let Some(input) = &call.input {
        input.sign(child.id());
    }
    stop.runs(Some(child.id()));
    if stop.is_asked() {
        signal(child.id(), "INT");
    }
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        follow(Stream::Out, out, sender.clone());
    }
    if let Some(err) = child.stderr.take() {
        follow(Stream::Err, err, sender);
    }
    let (mut all, mut out) = (String::new(), String::new());
    let (mut asked, mut ended): (Option<Instant>, Option<Instant>) = (None, None);
    loop {
        match lines.recv_timeout(LOOK) {
            Ok((stream, line)) => {
                show(stream, &line);
                for kept in
                    std::iter::once(&mut all).chain((stream == Stream::Out).then_some(&mut out))
                {
                    kept.push_str(&line);
                    kept.push('\n');
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                if ended.is_none() && child.try_wait()?.is_some() {
                    ended = Some(Instant::now());
                }
                if ended.is_some_and(|at| at.elapsed() > AFTERWARDS) {
                    break;
                }
            }
        }
        if stop.is_asked() && asked.get_or_insert_with(Instant::now).elapsed() > GRACE {
            signal(child.id(), "KILL");
            let _ = child.kill();
        }
    }
    let status = child.wait();
    stop.runs(None);
    Ok(Said {
        status: status?,
        all,
        out,
    })
}

/// Sends what is read, line by line, until there is no more.
fn follow(stream: Stream, from: impl Read + Send + 'static, to: mpsc::Sender<(Stream, String)>) {
    std::thread::spawn(move || {
        let lines = BufReader::new(from).split(b'\n');
        for line in lines.map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            if to
                .send((stream, line.trim_end_matches('\r').to_owned()))
                .is_err()
            {
                break;
            }
        }
    });
}

/// Sends a signal to a process group. The shell's own `kill` is everywhere.
fn signal(group: u32, name: &str) {
    if cfg!(unix) {
        // `dash` takes no `--` behind a signal that is written as an option.
        let script = "kill -s \"$1\" -- -\"$2\"";
        let _ = Command::new("sh")
            .args(["-c", script, "sh", name, &group.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Call {
        Call {
            // Where the tests run in the background, SIGINT is ignored, and a shell cannot trap it.
            words: ["env", "--default-signal=INT", "sh", "-c", script]
                .map(str::to_owned)
                .to_vec(),
            folder: PathBuf::from("/"),
            variables: vec![("WORD".to_owned(), "given".to_owned())],
            input: None,
        }
    }

    #[test]
    fn both_streams_are_shown_and_kept() {
        let mut shown = Vec::new();
        let script = "echo $WORD; sleep 0.1; echo said >&2; sleep 0.1; printf end; exit 3";
        let said = run(&shell(script), &Stop::default(), &mut |stream, line| {
            shown.push((stream, line.to_owned()));
        })
        .unwrap();
        let want = [
            (Stream::Out, "given"),
            (Stream::Err, "said"),
            (Stream::Out, "end"),
        ];
        assert_eq!(shown, want.map(|(stream, line)| (stream, line.to_owned())));
        assert_eq!(said.all, "given\nsaid\nend\n");
        assert_eq!(said.out, "given\nend\n");
        assert_eq!(said.status.code(), Some(3));
    }

    #[test]
    fn who_asks_to_stop_is_heard_by_the_program_and_its_children() {
        let stop = Stop::default();
        let other = stop.clone();
        let begun = Instant::now();
        // The shell waits for its child, which has to hear of it as well, and does not while it is
        // being made: so it is the child that says when.
        let call =
            shell("trap 'echo rolled back; exit 5' INT; sh -c 'echo ready; exec sleep 30'; exit 0");
        let said = run(&call, &stop, &mut |_, line| {
            if line == "ready" {
                other.ask();
            }
        })
        .unwrap();
        assert!(said.all.contains("rolled back"), "{said:?}");
        assert_eq!(said.status.code(), Some(5));
        assert!(begun.elapsed() < Duration::from_secs(15), "{said:?}");
    }

    #[test]
    fn what_a_program_leaves_behind_is_not_waited_for() {
        let begun = Instant::now();
        let said = run(
            &shell("sleep 30 & echo done"),
            &Stop::default(),
            &mut |_, _| {},
        )
        .unwrap();
        assert_eq!(said.out, "done\n");
        assert!(begun.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let call = Call {
            words: vec!["/nowhere/alembic".to_owned()],
            ..shell("")
        };
        let error = run(&call, &Stop::default(), &mut |_, _| {}).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
