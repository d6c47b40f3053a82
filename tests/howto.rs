//! Runs the how-to pages: every `console` block, in the order of the page, on the demo's tables.
//!
//! A line `$ blindlink ...` is a command; the lines below it are what it prints (both streams,
//! standard output first), if any are shown. `...` stands for any text, on a line of its own for
//! any lines. `? 3` says that the command ends with exit code 3 instead of 0. A block
//! ` ```text FILE` is a file that the reader writes, ` ```secret FILE` one that nobody else may read. ` ```csv FILE` shows what stands in a file at that point of the page.
//! `operator$ blindlink ...` is typed in the folder `operator`, and `$ cp FILE ... FOLDER` is how files go to somebody else.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::path::Path;

use assert_cmd::Command;

fn run_page(page: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["district.csv", "college.csv"] {
        let demo = root.join("testdata/k12-demo").join(name);
        std::fs::copy(demo, folder.path().join(name)).unwrap();
    }
    let text = std::fs::read_to_string(root.join("docs/how-to").join(page)).unwrap();
    let mut commands = 0;
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let place = format!("{page}:{}", number + 1);
        let mut block = Vec::new();
        let is_file = |kind: &str| line.starts_with(&format!("```{kind} "));
        if line == "```console" || ["csv", "text", "secret"].into_iter().any(is_file) {
            block.extend(lines.by_ref().map(|(_, l)| l).take_while(|l| *l != "```"));
        }
        if let Some(file) = line.strip_prefix("```text ") {
            std::fs::write(folder.path().join(file), block.join("\n")).unwrap();
            continue;
        }
        if let Some(file) = line.strip_prefix("```secret ") {
            let path = folder.path().join(file);
            std::fs::write(&path, block.join("\n")).unwrap();
            keep_from_others(&path);
            continue;
        }
        if let Some(file) = line.strip_prefix("```csv ") {
            let found = std::fs::read_to_string(folder.path().join(file)).unwrap();
            compare(&place, &block, &found);
            continue;
        }
        for group in block.chunk_by(|_, l| prompt(l).is_none()) {
            run(&place, folder.path(), group);
            commands += 1;
        }
    }
    assert!(commands > 3, "{page} shows hardly a command");
}

#[cfg(unix)]
fn keep_from_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn keep_from_others(_: &Path) {}

/// The folder that a command is typed in, and the command, if the line is one.
fn prompt(line: &str) -> Option<(&str, &str)> {
    let (folder, command) = line.split_once("$ ")?;
    let is_name = folder.bytes().all(|b| b.is_ascii_lowercase());
    is_name.then_some((folder, command))
}

fn run(place: &str, root: &Path, group: &[&str]) {
    let (folder, command) = prompt(group[0]).unwrap_or_else(|| panic!("{place}: no command"));
    let folder = &root.join(folder);
    std::fs::create_dir_all(folder).unwrap();
    if let Some(files) = command.strip_prefix("cp ") {
        let mut files = words(files);
        let target = folder.join(files.pop().unwrap());
        std::fs::create_dir_all(&target).unwrap();
        for file in files {
            let name = Path::new(&file).file_name().unwrap();
            std::fs::copy(folder.join(&file), target.join(name))
                .unwrap_or_else(|e| panic!("{place}: {command}: {e}"));
        }
        return;
    }
    let command = command.strip_prefix("blindlink ");
    let command = command.unwrap_or_else(|| panic!("{place}: not a blindlink command"));
    let (code, shown) = match group.get(1).and_then(|l| l.strip_prefix("? ")) {
        Some(code) => (code.parse().expect("an exit code"), &group[2..]),
        None => (0, &group[1..]),
    };
    let output = Command::new(env!("CARGO_BIN_EXE_blindlink"))
        .args(words(command))
        .current_dir(folder)
        .output()
        .unwrap();
    let found =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{place}: blindlink {command}\n{found}"
    );
    if !shown.is_empty() {
        compare(&format!("{place}: blindlink {command}"), shown, &found);
    }
}

/// The words of a command; double quotes hold blanks together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

fn compare(place: &str, shown: &[&str], found: &str) {
    let lines: Vec<&str> = found.lines().collect();
    assert!(
        agree(shown, &lines),
        "{place}: the page shows\n{}\nbut it is\n{found}",
        shown.join("\n")
    );
}

fn agree(shown: &[&str], found: &[&str]) -> bool {
    match (shown.split_first(), found.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => (0..=found.len()).any(|i| agree(rest, &found[i..])),
        (Some((s, shown)), Some((f, found))) => like(s, f) && agree(shown, found),
        _ => false,
    }
}

fn like(shown: &str, found: &str) -> bool {
    match shown.split_once("...") {
        None => shown == found,
        Some((before, after)) => found.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|i| rest.is_char_boundary(i) && like(after, &rest[i..]))
        }),
    }
}

#[test]
fn the_data_owners_page_works() {
    run_page("data-owner.md");
}

#[test]
fn the_custodians_page_on_planted_people_works() {
    run_page("custodian-plants.md");
}

#[test]
fn the_custodians_page_works() {
    run_page("custodian.md");
}

#[test]
fn the_operators_page_works() {
    run_page("operator.md");
}

#[test]
fn the_page_on_agreements_works() {
    run_page("agreement.md");
}

#[test]
fn the_whole_job_in_four_folders_works() {
    run_page("workflow.md");
}

#[test]
fn the_page_for_users_of_clkhash_works() {
    run_page("clkhash.md");
}

#[test]
fn a_page_that_is_wrong_is_noticed() {
    assert!(agree(&["a...c", "...", "z"], &["abc", "k", "z"]));
    assert!(!agree(&["a...c", "...", "z"], &["abc", "k", "y"]));
    assert!(!agree(&["a"], &["a", "b"]));
    assert!(!like("10 links", "11 links"));
}

#[test]
fn the_page_on_custody_works() {
    run_page("custody.md");
}
