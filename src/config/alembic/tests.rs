//! What an Alembic project says of itself, in the forms that there are.

use std::fs;

use super::*;

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn found(files: &[(&str, &str)]) -> Alembic {
    let folder = project(files);
    find(folder.path(), "alembic").unwrap().unwrap()
}

#[test]
fn what_alembic_init_writes() {
    let alembic = found(&[(
        "alembic.ini",
        "# A generic, single database configuration.\n\n[alembic]\nscript_location = %(here)s/alembic\n\
         # file_template = %%(rev)s\nfile_template = %%(year)d_%%(month).2d_%%(day).2d-%%(rev)s_%%(slug)s\n\
         prepend_sys_path = .\npath_separator = os\nsqlalchemy.url = driver://user:pass@localhost/dbname\n\n\
         [loggers]\nkeys = root\n",
    )]);
    assert_eq!(alembic.file.as_deref(), Some("alembic.ini"));
    assert_eq!(alembic.script_location.as_deref(), Some("alembic"));
    assert_eq!(alembic.version_locations, ["alembic/versions"]);
    assert_eq!(
        alembic.file_template.as_deref(),
        Some("{year}_{month}_{day}-{revision}_{slug}.py")
    );
    assert_eq!(alembic.url, None);
}

#[test]
fn version_locations_as_they_are_separated() {
    for (setting, separator) in [
        ("a/versions:b/versions", "path_separator = :"),
        ("a/versions;b/versions", "path_separator = ;"),
        ("a/versions b/versions", "path_separator = space"),
        ("a/versions, b/versions", ""),
        ("a/versions  b/versions", ""),
        (
            "%(here)s/a/versions\n    %(here)s/b/versions",
            "path_separator = newline",
        ),
        (
            "%(here)s/a/versions:%(script_location)s/../b/versions",
            "version_path_separator = os",
        ),
    ] {
        let ini = format!(
            "[alembic]\nscript_location = db\nversion_locations = {setting}\n{separator}\n"
        );
        let alembic = found(&[("alembic.ini", &ini)]);
        assert_eq!(
            alembic.version_locations,
            ["a/versions", "b/versions"],
            "{setting} {separator}"
        );
    }
}

#[test]
fn a_package_is_found_in_the_files() {
    let ini = "[alembic]\nscript_location = shop.db:migrations\n";
    let alembic = found(&[("alembic.ini", ini), ("src/shop/db/migrations/env.py", "")]);
    assert_eq!(
        alembic.version_locations,
        ["src/shop/db/migrations/versions"]
    );
}

#[test]
fn an_ini_that_is_named_from_the_root() {
    let ini = "[alembic]\nscript_location = keep/db\n";
    let folder = project(&[("keep/alembic.ini", ini), ("keep/db/env.py", "")]);
    let raw = RawAlembic {
        config: Some("keep/alembic.ini".to_owned()),
        ..RawAlembic::default()
    };
    let alembic = read(folder.path(), &raw).unwrap();
    assert_eq!(alembic.version_locations, ["keep/db/versions"]);
    assert_eq!(alembic.called_in, "");
}

#[test]
fn pyproject() {
    let toml = "[project]\nname = \"x\"\n[tool.alembic]\nscript_location = \"%(here)s/db\"\n\
                version_locations = [\"%(here)s/a\", \"b\"]\n\
                file_template = \"%(year)d_%(rev)s\"\n";
    let alembic = found(&[("pyproject.toml", toml)]);
    assert_eq!(alembic.script_location.as_deref(), Some("db"));
    assert_eq!(alembic.version_locations, ["a", "b"]);
    let ini = "[alembic]\nsqlalchemy.url = sqlite:///dev.db\n";
    let both = found(&[("pyproject.toml", toml), ("alembic.ini", ini)]);
    assert_eq!(both.version_locations, ["a", "b"]);
    assert_eq!(both.url, Some(Secret::new("sqlite:///dev.db")));
    let other = project(&[("pyproject.toml", "[project]\nname = \"x\"\n")]);
    assert_eq!(find(other.path(), "alembic").unwrap(), None);
}

#[test]
fn folders_below() {
    for (value, expected) in [
        ("true", true),
        ("True", true),
        ("yes", true),
        ("1", true),
        ("false", false),
        ("0", false),
        ("", false),
    ] {
        let ini =
            format!("[alembic]\nscript_location = a\nrecursive_version_locations = {value}\n");
        let alembic = found(&[("alembic.ini", &ini)]);
        assert_eq!(alembic.recursive, expected, "{value}");
    }
    let toml = "[tool.alembic]\nscript_location = \"a\"\nrecursive_version_locations = true\n";
    assert!(found(&[("pyproject.toml", toml)]).recursive);
}

#[test]
fn flask_migrate() {
    let alembic = found(&[
        ("migrations/alembic.ini", "[alembic]\n# template\n"),
        ("migrations/env.py", ""),
    ]);
    assert_eq!(alembic.script_location.as_deref(), Some("migrations"));
    assert_eq!(alembic.version_locations, ["migrations/versions"]);
}

#[test]
fn several_sections() {
    let ini = "[DEFAULT]\nprepend_sys_path = .\n[alembic]\nscript_location = a\n[other]\nscript_location = b\n\
               [logger_root]\nlevel = WARN\n";
    let folder = project(&[("alembic.ini", ini)]);
    assert_eq!(sections(folder.path(), "alembic.ini"), ["alembic", "other"]);
    let other = find(folder.path(), "other").unwrap().unwrap();
    assert_eq!(other.version_locations, ["b/versions"]);
}
