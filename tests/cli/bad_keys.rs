//! Linkage keys and project files that cannot be used.

use crate::harness::{Dir, KEY, encode_args};

#[test]
fn a_file_that_is_no_key() {
    let dir = Dir::with_project();
    let long = [7; 1000];
    for length in [0, 31, 33, 64, 1000] {
        dir.key("k", &long[..length]);
        let texts = ["k: expected a linkage key", "`key new`"];
        dir.encode_fails("t.csv", 3, &texts);
        dir.fails(&["key", "show", "k"], 3, &texts);
    }
    // A key of the earlier form that went through a text editor.
    let mut text = KEY.to_vec();
    text.push(b'\n');
    dir.key("k", &text);
    dir.encode_fails("t.csv", 3, &["expected a linkage key"]);
}

/// A key is a line, which may go through an editor and not be changed by it.
#[test]
fn a_key_that_was_damaged() {
    let dir = Dir::with_project();
    dir.ok(&["key", "new", "-o", "n"]);
    let good = dir.read("n");
    let shown = dir.ok(&["key", "show", "n"]).out;
    for whole in [
        good.trim_end().to_owned(),
        good.trim_end().to_owned() + "\r\n",
    ] {
        dir.key("k", whole.as_bytes());
        assert_eq!(dir.ok(&["key", "show", "k"]).out, shown);
    }
    for bad in [
        good.to_uppercase()
            .replace("BLINDLINK-KEY-", "blindlink-key-"),
        good.replace("blindlink-key-1", "blindlink-key-2"),
        good.replace(' ', "  "),
        good[1..].to_owned(),
        good[..90].to_owned(),
        format!("{good}{good}"),
        format!("{good} "),
    ] {
        assert_ne!(bad, good);
        dir.key("k", bad.as_bytes());
        dir.encode_fails("t.csv", 3, &["k: ", "linkage key"]);
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read() {
    let dir = Dir::with_project();
    for mode in [0o640, 0o604, 0o620, 0o644, 0o666] {
        dir.chmod("k", mode);
        let texts = ["k: ", "other users of this machine", "chmod 600"];
        dir.encode_fails("t.csv", 3, &texts);
        dir.fails(&["key", "show", "k"], 3, &texts);
    }
    dir.chmod("k", 0o400);
    dir.encode("t.csv", "a");
}

#[test]
fn a_key_that_is_not_there() {
    let dir = Dir::with_project();
    std::fs::remove_file(dir.path("k")).unwrap();
    dir.encode_fails("t.csv", 1, &["k: ", "no such file"]);
}

/// A new key is the owner's alone, is never overwritten, and is shown by its fingerprint only.
#[test]
fn a_new_key() {
    let dir = Dir::new();
    let made = dir.ok(&["key", "new", "-o", "n.key"]);
    assert!(made.out.starts_with("fingerprint "));
    assert_eq!(dir.ok(&["key", "show", "n.key"]).out, made.out);
    assert!(dir.read("n.key").starts_with("blindlink-key-1 "));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.path("n.key")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    dir.fails(
        &["key", "new", "-o", "n.key"],
        1,
        &["n.key", "never overwritten"],
    );
    let other = dir.ok(&["key", "new", "-o", "m.key"]);
    assert_ne!(other.out, made.out);
    assert_ne!(dir.bytes("m.key"), dir.bytes("n.key"));
}

#[test]
fn project_files_that_cannot_be_used() {
    let dir = Dir::with_project();
    let good = dir.read("p.toml");
    for (from, to, text) in [
        ("round = \"1\"", "rond = \"1\"", "unknown field"),
        ("round = \"1\"", "round = 1 2", "not a project file"),
        ("round = \"1\"", "round = \"\"", "round must be"),
        ("threshold = 0.5", "threshold = 1.5", "above 0 and below 1"),
        ("bits = 2048", "bits = 1000", "power of two"),
        ("[\"a\", \"b\"]", "[\"a\", \"a\"]", "listed twice"),
        (
            "blindlink-project-1",
            "blindlink-project-9",
            "expected format",
        ),
    ] {
        assert!(good.contains(from), "the template lost `{from}`");
        dir.write("p.toml", good.replacen(from, to, 1));
        dir.encode_fails("t.csv", 3, &["p.toml", text]);
    }
    let line = 1 + good.lines().position(|l| l == "round = \"1\"").unwrap();
    dir.write("p.toml", good.replace("round = \"1\"", "rond = \"1\""));
    dir.encode_fails("t.csv", 3, &[&format!("p.toml:{line}:")]);
    dir.write("p.toml", b"\xff\xfe");
    dir.encode_fails("t.csv", 3, &["p.toml", "UTF-8"]);
    dir.write("p.toml", "");
    dir.encode_fails("t.csv", 3, &["p.toml", "not a project file"]);
    std::fs::remove_file(dir.path("p.toml")).unwrap();
    dir.encode_fails("t.csv", 1, &["p.toml", "no such file"]);
}

#[test]
fn a_folder_that_is_copied_elsewhere_is_warned_of() {
    let dir = Dir::with_project();
    std::fs::create_dir(dir.path("OneDrive - District")).unwrap();
    let args = ["key", "new", "-o", "OneDrive - District/k"];
    assert!(dir.ok(&args).err.contains("this file must stay here"));
    assert!(!dir.ok(&["key", "new", "-o", "k2"]).err.contains("warning"));
    let mut args = encode_args("t.csv", "a", "a.tokens").to_vec();
    args.extend(["--refs", "OneDrive - District/refs.csv"]);
    assert!(dir.ok(&args).err.contains("this file must stay here"));
}
