//! Which commits have which files.

use crate::git::testing::{TestRepo, folders, isolated};

#[test]
fn runs_of_commits_that_have_a_file() {
    isolated!();
    let git = TestRepo::new();
    let first = git.commit("migrations/a.sql", "a");
    let unrelated = git.commit("README", "x");
    let second = git.commit("migrations/b.sql", "b");
    let edited = git.commit("migrations/a.sql", "a, edited");
    let repo = git.open();
    // In whatever order they come: what an older one has comes back.
    let commits = [first, unrelated, second, edited, first];
    let stays = repo.stays("", &folders(), &commits).unwrap();
    let mut shown: Vec<String> = stays
        .iter()
        .map(|stay| {
            let file = repo.read_files(std::slice::from_ref(&stay.file)).unwrap();
            let text = file[0].content.as_ref().unwrap();
            let text = String::from_utf8_lossy(text);
            format!("{}={text} {:?}", stay.file.path, stay.commits)
        })
        .collect();
    shown.sort();
    assert_eq!(
        shown,
        [
            "migrations/a.sql=a 0..3",
            "migrations/a.sql=a 4..5",
            "migrations/a.sql=a, edited 3..4",
            "migrations/b.sql=b 2..4",
        ]
    );
    assert!(repo.stays("", &folders(), &[]).unwrap().is_empty());
    assert!(
        repo.stays("elsewhere", &folders(), &commits)
            .unwrap()
            .is_empty()
    );
}
