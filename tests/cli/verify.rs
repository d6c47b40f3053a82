//! `verify-tokens`: what is in a token file passes, what was planted in one does not.

use crate::harness::{Dir, encode_args, testdata};

/// A folder with the token file `a.tokens` of the demo's district, and the table as `t.csv` with an address.
fn encoded() -> Dir {
    let dir = Dir::with_project();
    let text = std::fs::read_to_string(testdata("k12-demo/district.csv")).unwrap();
    let mut table = String::new();
    for (i, line) in text.lines().take(601).enumerate() {
        let address = match i {
            0 => "address".to_owned(),
            _ => format!("{i} Qwertyuiop Boulevard"),
        };
        table += &format!("{line},{address}\n");
    }
    dir.write("t.csv", table);
    dir.ok(&encode_args("t.csv", "a", "a.tokens"));
    dir
}

const ARGS: [&str; 6] = [
    "verify-tokens",
    "a.tokens",
    "--against",
    "t.csv",
    "--project",
    "p.toml",
];

/// The first value of a column of the table that has this many letters or digits.
fn value(dir: &Dir, column: usize, least: usize) -> String {
    let text = dir.read("t.csv");
    let mut cells = text
        .lines()
        .skip(1)
        .map(|l| l.split(',').nth(column).unwrap());
    let whole = |c: &&str| c.len() >= least && c.bytes().all(|b| b.is_ascii_alphanumeric());
    cells.find(whole).expect("such a value").to_owned()
}

/// Writes the right checksum into a token file.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let tag = b"blake3:";
    let at = bytes.windows(tag.len()).rposition(|w| w == tag).unwrap() + tag.len();
    bytes[at..at + 64].fill(b'0');
    let hash = blake3::hash(&bytes).to_hex();
    bytes[at..at + 64].copy_from_slice(hash.as_bytes());
    bytes
}

/// Writes `text` over bytes of the file and seals it again.
fn plant(dir: &Dir, at: usize, text: &str) {
    let mut bytes = dir.bytes("a.tokens");
    bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    dir.write("a.tokens", sealed(bytes));
}

/// Where the values of a filter of 256 bytes stand: in the middle of the file's largest column.
fn in_names(dir: &Dir) -> usize {
    // Columns before it: refs and block keys of 16 bytes for two rows a record, and little else.
    600 * 2 * 16 + 600 * 16 + 600 * 128 + dir.bytes("a.tokens").len() % 7
}

/// The file is refused with 3, and no value of the table is shown.
fn refused(dir: &Dir, texts: &[&str], planted: &str) {
    let done = dir.run(&ARGS);
    assert_eq!(done.code, 3, "{}{}", done.out, done.err);
    for text in texts {
        assert!(done.err.contains(text), "expected `{text}` in {}", done.err);
    }
    let shown = (done.out + &done.err).to_lowercase();
    assert!(!shown.contains(&planted.to_lowercase()));
}

#[test]
fn a_token_file_passes_and_the_page_says_what_leaves() {
    let dir = encoded();
    let mut args = ARGS.to_vec();
    args.extend(["--refs", "a.refs.csv", "--html", "page.html"]);
    let done = dir.ok(&args);
    let html = dir.read("page.html");
    for text in [
        "PASSED",
        "birthdate.names",
        "Signature",
        "key check",
        "cannot be proved",
    ] {
        assert!(done.out.contains(text), "{text}: {}", done.out);
        assert!(html.contains(text), "{text}");
    }
    assert!(html.contains("<html lang=\"en\">") && html.contains("scope=\"col\""));
    assert!(!html.contains("<script") && !html.contains("//"));
    let names = value(&dir, 3, 7);
    assert!(!done.out.contains(&names) && !html.contains(&names));
    dir.fails(&args, 1, &["page.html: cannot write: it exists already"]);
}

#[test]
fn every_encoding_of_the_same_table_passes() {
    let dir = encoded();
    for schema in ["k12-strict", "clk"] {
        std::fs::remove_file(dir.path("p.toml")).unwrap();
        dir.project("p.toml", &["a", "b"], schema);
        let mut args = encode_args("t.csv", "a", "a.tokens").to_vec();
        args.push("--force");
        dir.ok(&args);
        dir.ok(&ARGS);
    }
}

#[test]
fn a_planted_surname_id_or_address_is_found() {
    for (column, least, what) in [
        (3, 8, "letters of column \"last_name\""),
        (0, 10, "digits of column \"student_id\""),
    ] {
        let dir = encoded();
        let text = value(&dir, column, least);
        plant(&dir, in_names(&dir), &text);
        refused(&dir, &[what, "`birthdate.names`", "do not send it"], &text);
    }
    let dir = encoded();
    plant(&dir, in_names(&dir), "Boulevard");
    refused(&dir, &["letters of column \"address\""], "Boulevard");
    // In capitals, which are not those of the table.
    let dir = encoded();
    plant(&dir, in_names(&dir), "QWERTYUIOP");
    refused(&dir, &["letters of column \"address\""], "QWERTYUIOP");
}

#[test]
fn a_planted_name_in_a_ref_is_found() {
    let dir = encoded();
    // Behind the page's header: the tail of the first ref, whose order is decided by its start.
    let bytes = dir.bytes("a.tokens");
    let refs = dir.read("a.refs.csv");
    let mut all: Vec<&str> = refs.lines().skip(1).map(|l| &l[..32]).collect();
    all.sort_unstable();
    let first: Vec<u8> = (0..16)
        .map(|i| u8::from_str_radix(&all[0][2 * i..2 * i + 2], 16).unwrap())
        .collect();
    let mut changed = bytes;
    for at in 0..2_000 {
        if changed[at..at + 16] == first[..] {
            changed[at + 6..at + 16].copy_from_slice(b"Qwertyuiop");
        }
    }
    dir.write("a.tokens", sealed(changed));
    refused(&dir, &["`record_ref`", "column \"address\""], "Qwertyuiop");
}

#[test]
fn what_stands_in_the_footer_or_behind_it_is_found() {
    // Behind the end.
    let dir = encoded();
    let mut bytes = dir.bytes("a.tokens");
    bytes.extend_from_slice(b"Qwertyuiop");
    dir.write("a.tokens", &bytes);
    refused(&dir, &["not a usable token file"], "Qwertyuiop");
    // In the name of the program that wrote it, which is as long.
    let dir = encoded();
    let bytes = dir.bytes("a.tokens");
    let own = b"blindlink";
    let at = bytes
        .windows(own.len() + 1)
        .rposition(|w| &w[..own.len()] == own && w[own.len()] != b'.' && w[own.len()] != b'-')
        .unwrap();
    plant(&dir, at, "Qwertyuio");
    refused(&dir, &["the footer"], "Qwertyuio");
    // In the header, where all text is compared with the project file.
    let dir = encoded();
    let bytes = dir.bytes("a.tokens");
    let key = b"blindlink.round";
    let at = bytes.windows(key.len()).rposition(|w| w == key).unwrap() + key.len();
    let at = at + bytes[at..].iter().position(|b| *b == b'1').unwrap();
    plant(&dir, at, "Q");
    assert_eq!(dir.run(&ARGS).code, 4);
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let dir = encoded();
    dir.write(
        "other.csv",
        "record_ref,student_id\n00112233445566778899aabbccddeeff,1\n",
    );
    let mut args = ARGS.to_vec();
    args.extend(["--refs", "other.csv"]);
    dir.fails(&args, 4, &["other record refs than the token file"]);
    dir.project("q.toml", &["a", "b"], "clk");
    let mut args = ARGS.to_vec();
    args[5] = "q.toml";
    dir.fails(&args, 4, &["a.tokens"]);
}
