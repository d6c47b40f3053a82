//! What does not belong together is refused before any work, each with a message of its own and exit code 4, and nothing is
//! changed.

use crate::harness::{Dir, Done, KEY, MATCH, encode_args};

/// Token files of `a` and `b` that belong together.
fn matched() -> Dir {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir
}

/// The match must be refused with each of `texts`.
fn refused(dir: &Dir, texts: &[&str]) -> Done {
    let done = dir.fails(&MATCH, 4, texts);
    assert!(
        done.err.starts_with("error: ") && done.err.contains("\nhint: "),
        "{}",
        done.err
    );
    // What a plan would read is looked at as well.
    dir.fails(&[&MATCH[..], &["--plan"]].concat(), 4, texts);
    done
}

/// Encodes for party `b` with another project file or key, and puts all back.
fn other(dir: &Dir, file: &str, bytes: &[u8]) {
    let own = dir.bytes(file);
    dir.key(file, bytes);
    dir.ok(&[&encode_args("t.csv", "b", "b.tokens")[..], &["--force"]].concat());
    dir.key(file, &own);
}

#[test]
fn files_of_another_project_round_schema_or_key() {
    let dir = matched();
    let project = dir.read("p.toml");
    let change = |from: &str, to: &str| {
        assert!(project.contains(from), "the template lost `{from}`");
        other(&dir, "p.toml", project.replacen(from, to, 1).as_bytes());
    };
    change("id = \"0", "id = \"f");
    let mut messages = vec![refused(&dir, &["b.tokens", "made under project"]).err];
    change("round = \"1\"", "round = \"2\"");
    messages.push(
        refused(
            &dir,
            &["b.tokens", "another round", "encode again for this round"],
        )
        .err,
    );
    other(&dir, "k", &[9; 32]);
    messages.push(
        refused(
            &dir,
            &[
                "b.tokens",
                "`a` and `b`",
                "different linkage keys",
                "key show",
            ],
        )
        .err,
    );
    // Another schema gives another project fingerprint too, which is what is told.
    let own = dir.read("p.toml");
    dir.project("strict.toml", &["a", "b"], "k12-strict");
    other(&dir, "p.toml", dir.read("strict.toml").as_bytes());
    assert_eq!(dir.read("p.toml"), own);
    messages.push(refused(&dir, &["b.tokens", "made under project"]).err);
    let first_lines: std::collections::BTreeSet<&str> = messages
        .iter()
        .filter_map(|m| m.split(": ").nth(2))
        .filter_map(|m| m.split_whitespace().next())
        .collect();
    assert!(first_lines.len() >= 3, "{first_lines:?}");
}

/// Another build cannot be had here: a header is changed, and its checksum put right, as one would write it.
#[test]
fn files_of_another_normaliser() {
    let dir = matched();
    let own = dir.bytes("b.tokens");
    let key = b"blindlink.normalisation";
    let at = find(&own, key) + key.len();
    let version = (at..at + 4).find(|&i| own[i].is_ascii_digit()).unwrap();
    dir.write("b.tokens", patched(&own, version, own[version] ^ 1));
    refused(
        &dir,
        &[
            "b.tokens",
            "normalised",
            "by version",
            "same version of blindlink",
        ],
    );
    // The same version, and one canary that is another.
    let key = b"blindlink.canaries";
    let digits = find(&own, key) + key.len() + 3;
    let changed = if own[digits] == b'a' { b'b' } else { b'a' };
    assert!(own[digits].is_ascii_hexdigit());
    dir.write("b.tokens", patched(&own, digits, changed));
    refused(
        &dir,
        &[
            "b.tokens",
            "`a` and `b`",
            "known-answer people",
            "of 16 differ, number",
            "canaries.md",
        ],
    );
    let shown = dir.ok(&["inspect", "b.tokens"]).out;
    assert!(shown.contains("canaries       16, together "), "{shown}");
}

#[test]
fn of_three_files_the_one_that_differs_is_named() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b", "c"], "k12");
    dir.key("k", &KEY);
    dir.write("t.csv", crate::harness::TABLE);
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "c");
    other(&dir, "k", &[9; 32]);
    let files = ["c.tokens", "b.tokens", "a.tokens"];
    let args = [&["match"], &files[..], &["--project", "p.toml", "-o", "r"]].concat();
    let done = dir.fails(
        &args,
        4,
        &["b.tokens: `b` encoded with another linkage key than `a` and `c`"],
    );
    assert!(!done.err.contains("different"), "{}", done.err);
}

#[test]
fn a_pair_that_is_not_allowed() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b", "c"], "k12");
    let text = dir.read("p.toml");
    let line = text.lines().find(|l| l.contains("pairs = ")).unwrap();
    dir.write(
        "p.toml",
        text.replace(line, "pairs = [[\"a\", \"c\"], [\"b\", \"c\"]]"),
    );
    dir.key("k", &KEY);
    dir.write("t.csv", crate::harness::TABLE);
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir.fails(&MATCH, 4, &["p.toml", "allows no pair", "`pairs`"]);
}

/// Keys and ref maps, in the folder of a token file, of the results, and in the working folder.
#[test]
fn a_secret_where_the_operator_works() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    dir.write("t.csv", crate::harness::TABLE);
    for folder in ["owners", "in", "r"] {
        std::fs::create_dir(dir.path(folder)).unwrap();
    }
    dir.key("owners/k", &KEY);
    let mut calls = Vec::new();
    for party in ["a", "b"] {
        let (out, refs) = (format!("in/{party}.tokens"), format!("owners/{party}.csv"));
        let mut args = encode_args("t.csv", party, &out)
            .map(str::to_owned)
            .to_vec();
        args[7] = "owners/k".to_owned();
        args.extend(["--refs".to_owned(), refs]);
        dir.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
        calls.push(out);
    }
    let args = [
        "match",
        &calls[0],
        &calls[1],
        "--project",
        "p.toml",
        "-o",
        "r",
    ];
    let key = dir.bytes("owners/k");
    let refs = dir.bytes("owners/a.csv");
    let word = b"blindlink-key-1 0011223344 55".to_vec();
    let secrets: [(&str, &[u8], &[&str]); 4] = [
        (
            "letter.doc",
            &key,
            &["a linkage key", "32 bytes", "custodian"],
        ),
        ("k.txt", &word, &["a linkage key", "has to replace it"]),
        ("me", b"blindlink-identity-1 00", &["an identity"]),
        (
            "a.csv",
            &refs,
            &["record refs", "student ids", "stay with the data owner"],
        ),
    ];
    for folder in ["", "in/", "r/"] {
        for (name, bytes, texts) in secrets {
            let name = format!("{folder}{name}");
            dir.key(&name, bytes);
            for more in [&[][..], &["--plan"], &["--force"]] {
                let before = dir.files();
                let done = dir.run_as_it_lies(&[&args[..], more].concat());
                let texts = [texts, &[&*name, "where the operator works"]].concat();
                dir.check_failure(&done, &before, 4, &texts);
            }
            std::fs::remove_file(dir.path(&name)).unwrap();
        }
    }
    // They are looked for where the operator works, and not beyond; an owner may inspect where its key is.
    let done = dir.run_as_it_lies(&args);
    assert_eq!(done.code, 0, "{}", done.err);
    dir.key("k", &key);
    assert_eq!(dir.run_as_it_lies(&["inspect", "in/a.tokens"]).code, 0);
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).rposition(|w| w == what).unwrap()
}

/// The token file with one byte changed and its checksum put right.
fn patched(bytes: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] = byte;
    let digits = find(&bytes, b"blake3:") + 7;
    bytes[digits..digits + 64].fill(b'0');
    let sum = blake3::hash(&bytes).to_hex();
    bytes[digits..digits + 64].copy_from_slice(sum.as_bytes());
    bytes
}
