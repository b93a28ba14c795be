//! The text of hooks: our script, and our block in somebody else's.
//!
//! Pure. The scripts stand in `hooks/`, for people to read; between the two
//! marker lines is everything of ours, so that taking it out restores a file
//! to the byte. What others have in the file, or append to it, runs after ours: they stand
//! in a subshell (its `exit 0` ends only itself, its variables stay its own), which leaves
//! standard input to the others and passes on only a refusal.

use std::path::Path;

use super::Event;

const START: &str = "# >>> teammig >>>";
const END: &str = "# <<< teammig <<<";
const SHEBANG: &str = "#!/bin/sh\n";
/// Where the absolute path of the program goes, within single quotes.
const PROGRAM: &str = "@TEAMMIG@";
const HEADING: &str = "# teammig-hook: ";

/// How our lines stand in a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The whole file is ours.
    File,
    /// In front of another hook's lines.
    Block,
    /// In a file that Git tracks: it names no path of this machine, and stops nobody who
    /// has no teammig.
    Shared,
}

/// Whose file a hook is, and so how our lines stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// This clone's alone.
    Clone,
    /// A folder of hooks that Git tracks.
    Tracked,
    /// A tracked file that husky hands to `sh`, whatever its first line says.
    Husky,
}

/// Our lines in a hook, as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ours {
    pub(super) version: u32,
    pub(super) form: Form,
    /// The path that was put in at installation.
    pub(super) program: Option<String>,
}

/// Why a text cannot take our block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// No `#!` of sh, bash or dash, or with Windows' line ends.
    NotSh,
    /// One marker without the other, or both twice.
    BrokenBlock,
}

/// The version of our lines for an event, from the script itself.
pub(super) fn version(event: Event) -> u32 {
    heading(event.script()).map_or(0, |(version, _)| version)
}

/// A hook file that is all ours.
pub(super) fn whole_file(event: Event, program: &Path, place: Place) -> String {
    match place {
        Place::Clone => format!("{SHEBANG}{}", lines(event, Form::File, program)),
        Place::Tracked => format!("{SHEBANG}{}", lines(event, Form::Shared, program)),
        Place::Husky => lines(event, Form::Shared, program),
    }
}

/// Our lines, from marker to marker.
pub(super) fn lines(event: Event, form: Form, program: &Path) -> String {
    let program = program.to_str().unwrap_or_default().replace('\'', r"'\''");
    let program = if cfg!(windows) {
        program.replace('\\', "/")
    } else {
        program
    };
    let script = event.script();
    let ours = script.strip_prefix(SHEBANG).unwrap_or(script);
    match form {
        Form::File => ours.replace(PROGRAM, &program),
        Form::Block => {
            let (name, version) = (event.name(), version(event));
            let heading = format!("{HEADING}{name} {version}");
            ours.replacen(&heading, &format!("{heading} block"), 1)
                .replace(PROGRAM, &program)
        }
        Form::Shared => shared(event, ours),
    }
}

/// What hooks that are everybody's say where they cannot judge. Without quotes, colons and
/// braces, which YAML, TOML and the shells around it would read otherwise.
pub(super) const NOT_CHECKED: &str = "teammig is not on PATH, so migrations are not checked";

/// What is on standard input can be read once. Where we need it, it is kept in a
/// variable, and put back for the others; no file has to be made or cleaned up for that.
fn closed(event: Event) -> String {
    let refused = if event.blocks() { "exit $?" } else { ":" };
    if !event.reads_input() {
        return format!(") </dev/null || {refused}\n");
    }
    let input = "$teammig_input\nTEAMMIG_INPUT\n";
    format!(
        ") <<TEAMMIG_INPUT || {refused}\n{input}\
         if [ -n \"$teammig_input\" ]; then\n  exec <<TEAMMIG_INPUT\n{input}\
         else\n  exec </dev/null\nfi\nunset teammig_input\n"
    )
}

/// The lines for a file that everybody has: no path, and no refusal where there is no
/// program, since not everybody who commits works on the database. But what would have
/// been judged is never passed over in silence: a program with windows, whose `PATH` is
/// short, is no reason to think that all is well.
fn shared(event: Event, ours: &str) -> String {
    let (name, command) = (event.name(), event.command());
    let what = ours.lines().nth(2).unwrap_or_default();
    let version = version(event);
    let head = format!(
        "{START}\n{HEADING}{name} {version} shared\n{what}\n\
         # This file is everybody's: where teammig is not on PATH, nothing is checked.\n"
    );
    let call = if event.reads_input() {
        format!(
            "teammig_input=$(cat)\n(\nteammig {command} \"$@\"\n{}",
            closed(event)
        )
    } else {
        let refused = if event.blocks() { "exit $?" } else { ":" };
        format!("  teammig {command} \"$@\" </dev/null || {refused}\n")
    };
    let otherwise = if event.blocks() {
        format!("elif [ \"${{TEAMMIG:-1}}\" != 0 ]; then\n  echo '{NOT_CHECKED}' >&2\n")
    } else {
        String::new()
    };
    format!(
        "{head}if [ \"${{TEAMMIG:-1}}\" != 0 ] && command -v teammig >/dev/null; then\n{call}{otherwise}fi\n{END}\n"
    )
}

/// `text`, a hook of somebody else, with our block right after its first line:
/// at the end it might never run, because hooks like to end in `exec`.
/// A block that is already there is replaced. `None` where it cannot be done.
pub fn insert_block(text: &str, event: Event, program: &Path) -> Option<String> {
    insert(text, event, program, Place::Clone)
}

/// The same for a hook in any place.
pub(super) fn insert(text: &str, event: Event, program: &Path, place: Place) -> Option<String> {
    let rest = remove_block(text)?;
    let first = rest.split_inclusive('\n').next().unwrap_or_default();
    let form = match place {
        Place::Clone => Form::Block,
        Place::Tracked | Place::Husky => Form::Shared,
    };
    let block = lines(event, form, program);
    if place == Place::Husky && !first.starts_with("#!") {
        return Some(format!("{block}{rest}"));
    }
    if place != Place::Husky && !is_sh(first) {
        return None;
    }
    let (above, below) = rest.split_at(start_of(&rest).unwrap_or(first.len()));
    Some(if above.ends_with('\n') {
        format!("{above}{block}{below}")
    } else {
        // Without a newline at the end again, so that `remove_block` can tell.
        format!("{above}\n{}", block.trim_end())
    })
}

/// Where the lines begin that husky 8 runs: its hooks read its own script first, which runs
/// them a second time and ends the first one there. What is above that runs twice.
fn start_of(text: &str) -> Option<usize> {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let mut words = line.trim().splitn(2, ' ');
        let reads = matches!(words.next(), Some("." | "source"));
        let script = words
            .next()
            .unwrap_or_default()
            .trim_end_matches(['"', '\'']);
        if reads && script.ends_with("/_/husky.sh") {
            return Some(end);
        }
    }
    None
}

/// `text` without our lines; unchanged where there are none. `None` where the
/// markers do not make a pair.
pub fn remove_block(text: &str) -> Option<String> {
    match find(text).ok()? {
        None => Some(text.to_owned()),
        Some((start, end)) => {
            let (mut before, after) = (&text[..start], &text[end..]);
            if after.is_empty() && !text.ends_with('\n') {
                before = before.strip_suffix('\n').unwrap_or(before);
            }
            Some(format!("{before}{after}"))
        }
    }
}

/// Our lines in a hook; `None` where there are none.
pub(super) fn ours(text: &str) -> Result<Option<Ours>, Unfit> {
    let Some((start, end)) = find(text)? else {
        return Ok(None);
    };
    let lines = &text[start..end];
    let (version, form) = heading(lines).unwrap_or((0, Form::Block));
    let program = lines
        .lines()
        .find_map(|line| line.strip_prefix("teammig='")?.strip_suffix('\''))
        .map(|path| path.replace(r"'\''", "'"));
    Ok(Some(Ours {
        version,
        form,
        program,
    }))
}

/// Whether a text that is not ours can take our block.
pub(super) fn fit(text: &str) -> Result<(), Unfit> {
    find(text)?;
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    if is_sh(first) {
        Ok(())
    } else {
        Err(Unfit::NotSh)
    }
}

/// Whether a hook, or what tells a manager of hooks, calls ours: in whichever language and
/// quotes, but not in a line that is a comment.
pub(super) fn calls(text: &str, event: Event) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    let lines = text.lines().map(str::trim_start);
    let words = lines
        .filter(|line| !line.starts_with('#') && !line.starts_with("//"))
        .flat_map(|line| line.split(|c| !is_part(c)))
        .filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    words
        .windows(4)
        .any(|window| window == ["teammig", "hooks", "run", event.name()])
        // As `.pre-commit-hooks.yaml` calls them.
        || match event {
            Event::PreCommit => words.contains(&"teammig-check"),
            Event::PrePush => words.contains(&"teammig-check-push"),
            _ => false,
        }
}

/// Nothing but our own file: its lines may be rewritten and the file deleted.
pub(super) fn is_all_ours(text: &str) -> bool {
    ours(text).is_ok_and(|ours| ours.is_some_and(|ours| ours.form != Form::Block))
        && remove_block(text).is_some_and(|rest| rest == SHEBANG || rest.is_empty())
}

/// From the start of the first marker's line to the end of the second's.
fn find(text: &str) -> Result<Option<(usize, usize)>, Unfit> {
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            START => starts.push(at),
            END => ends.push(at + line.len()),
            _ => {}
        }
        at += line.len();
    }
    match (starts.as_slice(), ends.as_slice()) {
        ([], []) => Ok(None),
        ([start], [end]) if start < end => Ok(Some((*start, *end))),
        _ => Err(Unfit::BrokenBlock),
    }
}

/// `# teammig-hook: <event> <version>[ block]`
fn heading(lines: &str) -> Option<(u32, Form)> {
    let words = lines.lines().find_map(|line| line.strip_prefix(HEADING))?;
    let mut words = words.split_whitespace().skip(1);
    let version = words.next()?.parse().ok()?;
    let form = match words.next() {
        Some("block") => Form::Block,
        Some("shared") => Form::Shared,
        _ => Form::File,
    };
    Some((version, form))
}

/// `#!/bin/sh -e`, `#!/usr/bin/env bash`, `#! /usr/bin/env -S dash -u`
fn is_sh(first: &str) -> bool {
    let Some(line) = first.strip_prefix("#!") else {
        return false;
    };
    if line.ends_with("\r\n") || line.ends_with('\r') {
        return false;
    }
    let mut words = line.split_whitespace();
    let mut program = words.next().unwrap_or_default();
    if base_name(program) == "env" {
        program = words
            .find(|word| !word.starts_with('-'))
            .unwrap_or_default();
    }
    matches!(base_name(program), "sh" | "bash" | "dash")
}

fn base_name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: Event = Event::PreCommit;

    fn with_block(text: &str) -> Option<String> {
        insert_block(text, EVENT, Path::new("/usr/bin/teammig"))
    }

    #[test]
    fn a_block_goes_in_and_comes_out_again() {
        for text in [
            "#!/bin/sh\necho x\n",
            "#!/bin/sh\n",
            "#!/bin/sh",
            "#!/bin/sh\n\n",
            "#!/bin/sh\nno newline at the end",
            "#! /bin/bash -eu",
            "#!/usr/bin/env bash\n# >>> conda >>>\n# <<< conda <<<\n",
            "#!/usr/bin/env -S dash -e\nexec x \"$@\"\n",
            "#!/usr/local/bin/bash\nä\r\n",
            "#!C:/Git/sh\n",
        ] {
            let with = with_block(text).unwrap();
            let first = text.lines().next().unwrap();
            assert!(with.starts_with(&format!("{first}\n{START}\n")), "{with}");
            assert_eq!(remove_block(&with).as_deref(), Some(text));
            assert_eq!(with_block(&with).as_deref(), Some(with.as_str()), "twice");
            let found = ours(&with).unwrap().unwrap();
            assert_eq!((found.version, found.form), (version(EVENT), Form::Block));
            assert_eq!(found.program.as_deref(), Some("/usr/bin/teammig"));
            assert!(!is_all_ours(&with));
        }
    }

    #[test]
    fn a_block_comes_after_what_husky_8_reads() {
        let reads = [
            ". \"$(dirname -- \"$0\")/_/husky.sh\"",
            ". \"$(dirname \"$0\")/_/husky.sh\"",
            "source ./_/husky.sh",
        ];
        for line in reads {
            for below in ["", "\n", "\n\nnpm test\n"] {
                let text = format!("#!/usr/bin/env sh\n{line}{below}");
                let with = with_block(&text).unwrap();
                let above = format!("#!/usr/bin/env sh\n{line}\n{START}\n");
                assert!(with.starts_with(&above), "{with}");
                assert_eq!(remove_block(&with).as_deref(), Some(text.as_str()));
                assert_eq!(with_block(&with).as_deref(), Some(with.as_str()), "twice");
            }
        }
    }

    #[test]
    fn what_is_no_shell_script_is_refused() {
        for text in [
            "",
            "echo x\n",
            "#!/bin/sh\r\necho x\r\n",
            "#!/usr/bin/perl\n",
            "#!/usr/bin/env python3\n",
            "#!/usr/bin/fish\n",
            "#!\n",
            " #!/bin/sh\n",
        ] {
            assert_eq!(with_block(text), None, "{text:?}");
            assert_eq!(fit(text), Err(Unfit::NotSh), "{text:?}");
        }
    }

    #[test]
    fn broken_markers_are_refused() {
        for text in [
            "#!/bin/sh\n# >>> teammig >>>\n",
            "#!/bin/sh\n# <<< teammig <<<\n",
            "#!/bin/sh\n# <<< teammig <<<\n# >>> teammig >>>\n",
            "#!/bin/sh\n# >>> teammig >>>\n# >>> teammig >>>\n# <<< teammig <<<\n",
        ] {
            assert_eq!(with_block(text), None, "{text:?}");
            assert_eq!(remove_block(text), None, "{text:?}");
            assert_eq!(ours(text), Err(Unfit::BrokenBlock), "{text:?}");
        }
        assert_eq!(remove_block("anything").as_deref(), Some("anything"));
    }

    #[test]
    fn our_own_file_is_known_with_any_path() {
        for program in ["/usr/bin/teammig", "/home/it's me/teammig", ""] {
            let text = whole_file(EVENT, Path::new(program), Place::Clone);
            assert!(is_all_ours(&text));
            let found = ours(&text).unwrap().unwrap();
            assert_eq!(found.form, Form::File);
            assert_eq!(found.program.as_deref(), Some(program));
        }
        let text = whole_file(EVENT, Path::new("/x"), Place::Clone);
        assert!(!is_all_ours(&format!("{text}more\n")));
    }

    /// husky hands its files to `sh` whatever they begin with.
    #[test]
    fn lines_in_a_file_of_everybody() {
        for text in [
            "npm test\n",
            "",
            "#!/usr/bin/env node\nx\n",
            "npm test",
            "#!/bin/sh",
        ] {
            for event in Event::ALL {
                let path = Path::new("/home/ann/teammig");
                let with = insert(text, *event, path, Place::Husky).unwrap();
                assert!(!with.contains("/home/ann"), "{with}");
                assert_eq!(remove_block(&with).as_deref(), Some(text));
                let again = insert(&with, *event, path, Place::Husky);
                assert_eq!(again.as_deref(), Some(with.as_str()));
                let found = ours(&with).unwrap().unwrap();
                assert_eq!((found.version, found.form), (2, Form::Shared));
                assert_eq!(found.program, None);
                assert_eq!(is_all_ours(&with), text.is_empty(), "{with}");
            }
        }
    }

    /// The tracked scripts are what is installed, but for the path.
    #[test]
    fn the_scripts_in_the_repository_are_those_that_are_installed() {
        for event in Event::ALL {
            let name = event.name();
            assert_eq!(Event::from_name(name), Some(*event));
            let script = event.script();
            assert_eq!(whole_file(*event, Path::new(PROGRAM), Place::Clone), script);
            let call = format!("\"$teammig\" hooks run {name} \"$@\"");
            let refused = if event.blocks() { "exit $?" } else { ":" };
            assert_eq!(script.contains("exit 1"), event.blocks(), "{script}");
            assert_eq!(version(*event), 2);
            let block = lines(*event, Form::Block, Path::new("/x"));
            assert!(!block.contains("exec \""), "{block}");
            assert!(block.contains(&call), "{block}");
            assert!(block.contains(&format!(" || {refused}\n")), "{block}");
        }
        let block = lines(EVENT, Form::Block, Path::new("/x"));
        assert!(block.ends_with(&format!(") </dev/null || exit $?\n{END}\n")));
        assert_eq!(Event::from_name("pre-rebase"), None);
    }
}
