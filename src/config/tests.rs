use super::*;

fn config(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE_NAME), text).unwrap();
    let inner = folder.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    load(&inner, Env::of(env), &Overrides::default())
}

#[test]
fn the_example_of_the_design() {
    let config = config(
        "layout: native\nmigrations: migrations\nmodels: models\nprotected: [origin/main]\nenvironments:\n  dev: \
         sqlite:dev.db\n  staging: {url: \"${STAGING_URL}\", protected: true, statement_timeout: 15min}\n  \
         local: \"${LOCAL:-sqlite:local.db}\"\n",
        &[("STAGING_URL", "postgres://bob:secret@staging/app")],
    )
    .unwrap();
    assert_eq!(config.folders, ["migrations"]);
    assert_eq!(config.models, Some(Models::Folder("models".to_owned())));
    let here = Path::new("/");
    let dev = config.target(None, None, here).unwrap();
    assert_eq!(
        (dev.environment.as_str(), dev.url.expose()),
        ("dev", "sqlite:dev.db")
    );
    assert_eq!(dev.base, config.root);
    let staging = config.target(None, Some("staging"), here).unwrap();
    assert!(staging.protected);
    assert_eq!(
        staging.timeouts.statement_timeout,
        Some(Duration::from_mins(15))
    );
    assert!(!format!("{staging:?} {config:?}").contains("secret"));
    let local = config.target(None, Some("local"), here).unwrap();
    assert_eq!(local.url.expose(), "sqlite:local.db");
}

#[test]
fn complaints_name_the_line() {
    let table = [
        ("migration: x\n", 1, "unknown field `migration`"),
        (
            "migrations: x\nenvironments:\n  dev: {urll: x}\n",
            3,
            "unknown field `urll`",
        ),
        ("environments:\n  dev: 1\n", 2, "invalid type"),
        (
            "environments:\n  dev: a\n  dev: b\n",
            3,
            "stands here twice",
        ),
        (
            "environments:\n  dev: {url: a, lock_timeout: soon}\n",
            2,
            "not a length of time",
        ),
        ("migrations: [a\n", 1, "did not find expected"),
        (
            "check:\n  cycle: error\n  cylce: off\n",
            3,
            "there is no rule `cylce`; did you mean cycle?",
        ),
        (
            "check: {not-evaluated: off}\n",
            1,
            "there is no rule `not-evaluated`; the rules are unreadable-revision,",
        ),
        (
            "check: {edited-revison: off}\n",
            1,
            "did you mean edited-revision?",
        ),
        ("chek: {cycle: off}\n", 1, "did you mean `check`?"),
        ("check: {cycle: eror}\n", 1, "did you mean `error`?"),
        ("check: {cycle: false}\n", 1, "unknown variant `false`"),
        ("check:\n  cycle: no\n", 2, "unknown variant `no`"),
        (
            "check:\n  cycle: off\n  cycle: off\n",
            3,
            "stands here twice",
        ),
    ];
    for (text, line, want) in table {
        match config(text, &[]) {
            Err(ConfigError::Invalid {
                file,
                span,
                message,
            }) => {
                assert!(message.contains(want), "{text}: {message}");
                let _ = (line, file.position(span.start));
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_missing_variable_matters_only_where_it_is_used() {
    let config = config(
        "environments:\n  dev: sqlite:dev.db\n  prod: ${PROD}\n",
        &[],
    )
    .unwrap();
    assert!(config.target(None, None, Path::new("/")).is_ok());
    assert!(matches!(
        config.target(None, Some("prod"), Path::new("/")),
        Err(ConfigError::MissingVariable { variable, .. }) if variable == "PROD"
    ));
}

#[test]
fn no_file_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("migrations")).unwrap();
    fs::create_dir_all(folder.path().join("src/deep")).unwrap();
    fs::write(folder.path().join(".env"), "DATABASE_URL=sqlite:x.db\n").unwrap();
    let config = load(
        &folder.path().join("src/deep"),
        Env::of(&[]),
        &Overrides::default(),
    )
    .unwrap();
    assert_eq!(config.root, folder.path());
    let target = config.target(None, None, Path::new("/")).unwrap();
    assert_eq!(target.url.expose(), "sqlite:x.db");
}

#[test]
fn a_bare_repository_is_the_top_of_itself() {
    let folder = tempfile::tempdir().unwrap();
    let bare = folder.path().join("app.git");
    for path in ["migrations", "app.git/objects", "app.git/refs"] {
        fs::create_dir_all(folder.path().join(path)).unwrap();
    }
    let load = || load(&bare, Env::of(&[]), &Overrides::default()).unwrap();
    assert_eq!(load().root, folder.path());
    fs::write(bare.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    assert_eq!(load().root, bare);
}

#[test]
fn several_databases() {
    let text = "file_template: \"{revision}.sql\"\ndatabases:\n  app: {migrations: app/m}\n  log: {migrations: log/m}\n";
    assert!(matches!(
        config(text, &[]),
        Err(ConfigError::NoSuchDatabase { name: None, .. })
    ));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE_NAME), text).unwrap();
    let overrides = Overrides {
        database: Some("log".to_owned()),
        ..Overrides::default()
    };
    let config = load(folder.path(), Env::of(&[]), &overrides).unwrap();
    assert_eq!(config.folders, ["log/m"]);
    assert_eq!(config.file_template.as_deref(), Some("{revision}.sql"));
}
