//! Token files that are damaged, foreign or do not belong together.

use crate::harness::{Dir, KEY, encode_args};

/// A folder with `a.tokens` and `b.tokens` that belong together.
fn matched() -> Dir {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir
}

/// Matching `first` and `second` under `p.toml` must fail with `code` and change nothing.
fn match_fails(dir: &Dir, first: &str, second: &str, code: i32, texts: &[&str]) {
    let args = [
        "match",
        first,
        second,
        "--project",
        "p.toml",
        "-o",
        "results",
    ];
    dir.fails(&args, code, texts);
    assert!(!dir.path("results").exists());
}

/// Writes `b.tokens` again under a project file that was changed from `from` to `to`.
fn encode_b_under(dir: &Dir, from: &str, to: &str, party: &str) {
    let original = dir.read("p.toml");
    assert!(original.contains(from), "the template lost `{from}`");
    dir.write("p.toml", original.replacen(from, to, 1));
    dir.ok(&[&encode_args("t.csv", party, "b.tokens")[..], &["--force"]].concat());
    dir.write("p.toml", original);
}

/// Replaces `from` by `to`, of the same length, and puts the checksum right.
fn patch(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let find = |bytes: &[u8], what: &[u8]| {
        let mut hits = bytes.windows(what.len()).enumerate();
        hits.rfind(|(_, w)| *w == what).map(|(i, _)| i).unwrap()
    };
    let mut bytes = bytes.to_vec();
    let at = find(&bytes, from);
    bytes[at..at + to.len()].copy_from_slice(to);
    let tag = b"blake3:";
    let digits = find(&bytes, tag) + tag.len();
    bytes[digits..digits + 64].fill(b'0');
    let sum = blake3::hash(&bytes).to_hex();
    bytes[digits..digits + 64].copy_from_slice(sum.as_bytes());
    bytes
}

#[test]
fn truncated() {
    let dir = matched();
    let whole = dir.bytes("b.tokens");
    for length in [
        0,
        1,
        11,
        12,
        100,
        whole.len() / 2,
        whole.len() - 9,
        whole.len() - 1,
    ] {
        dir.write("cut.tokens", &whole[..length]);
        let texts = ["cut.tokens", "cut short"];
        match_fails(&dir, "a.tokens", "cut.tokens", 3, &texts);
        dir.fails(&["inspect", "cut.tokens"], 3, &texts);
    }
}

/// One bit of one byte, all over the file: in values, in the footer, in the checksum itself.
#[test]
fn one_byte_flipped() {
    let dir = matched();
    let whole = dir.bytes("b.tokens");
    let step = whole.len() / 60;
    let tail = whole.len() - 12..whole.len();
    for (n, at) in (0..whole.len()).step_by(step).chain(tail).enumerate() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (n % 8);
        dir.write("flipped.tokens", &bytes);
        let texts = ["flipped.tokens", "not a usable token file"];
        dir.fails(&["inspect", "flipped.tokens"], 3, &texts);
    }
    match_fails(&dir, "a.tokens", "flipped.tokens", 3, &["flipped.tokens"]);
}

#[test]
fn another_format_version() {
    let dir = matched();
    let whole = dir.bytes("b.tokens");
    // The patching itself does no damage.
    let same = patch(&whole, b"blindlink-tokens-1", b"blindlink-tokens-1");
    assert!(same == whole);
    let newer = patch(&whole, b"blindlink-tokens-1", b"blindlink-tokens-2");
    dir.write("newer.tokens", newer);
    let texts = [
        "newer.tokens",
        "format blindlink-tokens-2",
        "reads blindlink-tokens-1",
    ];
    match_fails(&dir, "a.tokens", "newer.tokens", 3, &texts);
    dir.fails(&["inspect", "newer.tokens"], 3, &texts);
}

#[test]
fn metadata_that_is_not_understood() {
    let dir = matched();
    let whole = dir.bytes("b.tokens");
    for (from, to, text) in [
        (
            &b"blindlink-tokens-1"[..],
            &b"something-of-other"[..],
            "does not name a blindlink",
        ),
        (
            b"blindlink.key-check",
            b"blindlink.key-chekc",
            "lacks `blindlink.key-check`",
        ),
        (
            b"blindlink.records",
            b"blindlink.rows\0\0\0",
            "lacks `blindlink.records`",
        ),
    ] {
        dir.write("odd.tokens", patch(&whole, from, to));
        match_fails(&dir, "a.tokens", "odd.tokens", 3, &["odd.tokens", text]);
    }
}

#[test]
fn another_normalisation() {
    let dir = matched();
    let whole = dir.bytes("b.tokens");
    // In the footer, the version stands behind its key: one length byte, then the digit.
    let key = b"blindlink.normalisation";
    let at = whole.windows(key.len()).rposition(|w| w == key).unwrap();
    let from = &whole[at..at + key.len() + 3];
    let mut to = from.to_vec();
    let last = to.len() - 1;
    assert_eq!(to[last], b'3');
    to[last] = b'9';
    dir.write("b.tokens", patch(&whole, from, &to));
    let texts = ["b.tokens", "version 3 at `a`", "version 9 at `b`"];
    match_fails(&dir, "a.tokens", "b.tokens", 4, &texts);
}

#[test]
fn no_token_file_at_all() {
    let dir = matched();
    match_fails(&dir, "a.tokens", "t.csv", 3, &["t.csv", "not Parquet"]);
    match_fails(
        &dir,
        "a.tokens",
        "k",
        4,
        &["k: a linkage key lies where the operator works"],
    );
    match_fails(
        &dir,
        "a.tokens",
        "none.tokens",
        1,
        &["none.tokens", "no such file"],
    );
}

#[test]
fn another_project() {
    let dir = matched();
    let inspected = dir.ok(&["inspect", "a.tokens", "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    encode_b_under(&dir, "id = \"0011", "id = \"ffff", "b");
    // Both fingerprints are named, the expected one by its first digits.
    let ours = &json["project"].as_str().unwrap()[..8];
    let texts = ["b.tokens", "made under project", ours, "same project file"];
    match_fails(&dir, "a.tokens", "b.tokens", 4, &texts);
}

#[test]
fn another_round() {
    let dir = matched();
    encode_b_under(&dir, "round = \"1\"", "round = \"2\"", "b");
    match_fails(
        &dir,
        "a.tokens",
        "b.tokens",
        4,
        &["b.tokens", "another round"],
    );
}

#[test]
fn another_schema() {
    let dir = matched();
    encode_b_under(&dir, "bits = 2048", "bits = 512", "b");
    match_fails(&dir, "a.tokens", "b.tokens", 4, &["b.tokens", "made under"]);
}

#[test]
fn a_party_that_the_project_does_not_have() {
    let dir = matched();
    encode_b_under(
        &dir,
        "parties = [\"a\", \"b\"]",
        "parties = [\"a\", \"b\", \"c\"]",
        "c",
    );
    match_fails(&dir, "a.tokens", "b.tokens", 4, &["b.tokens"]);
    let args = [
        "encode",
        "t.csv",
        "--project",
        "p.toml",
        "--party",
        "c",
        "--key",
        "k",
        "-o",
        "c.tokens",
    ];
    dir.fails(
        &args,
        4,
        &["p.toml", "no party `c`", "its parties are: a, b"],
    );
}

#[test]
fn the_same_party_twice() {
    let dir = matched();
    let texts = ["a.tokens", "the party `a` is there already"];
    match_fails(&dir, "a.tokens", "a.tokens", 4, &texts);
    dir.ok(&[
        "encode",
        "t.csv",
        "--project",
        "p.toml",
        "--party",
        "a",
        "--key",
        "k",
        "-o",
        "a2.tokens",
    ]);
    match_fails(&dir, "a2.tokens", "a.tokens", 4, &texts);
}

#[test]
fn a_pair_that_the_project_does_not_allow() {
    let dir = Dir::with_project();
    dir.project("p.toml.new", &["a", "b", "c"], "k12");
    let all = "[[\"a\", \"b\"], [\"a\", \"c\"], [\"b\", \"c\"]]";
    let text = dir.read("p.toml.new");
    assert!(text.contains(all));
    dir.write("p.toml", text.replace(all, "[[\"a\", \"c\"]]"));
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    match_fails(
        &dir,
        "a.tokens",
        "b.tokens",
        4,
        &["p.toml", "allows no pair"],
    );
}

#[test]
fn another_linkage_key() {
    let dir = matched();
    let mut key = KEY;
    key[31] ^= 1;
    dir.key("k2", &key);
    dir.ok(&[
        "encode",
        "t.csv",
        "--project",
        "p.toml",
        "--party",
        "b",
        "--key",
        "k2",
        "-o",
        "b.tokens",
        "--force",
    ]);
    let texts = [
        "b.tokens",
        "`a` and `b` encoded with different linkage keys",
        "key show",
    ];
    match_fails(&dir, "a.tokens", "b.tokens", 4, &texts);
}
