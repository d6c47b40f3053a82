//! What many tests type, and what they find: the words of verbs, the headers and the names of results.

/// The match of the parties of [`super::Dir::with_project`] into the folder `r`.
pub const MATCH: [&str; 7] = [
    "match",
    "a.tokens",
    "b.tokens",
    "--project",
    "p.toml",
    "-o",
    "r",
];

/// The words of a line, which are divided by spaces alone.
pub fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// The arguments that encode `table` as `party` into `out`.
pub fn encode_args<'a>(table: &'a str, party: &'a str, out: &'a str) -> [&'a str; 10] {
    [
        "encode",
        table,
        "--project",
        "p.toml",
        "--party",
        party,
        "--key",
        "k",
        "-o",
        out,
    ]
}

/// The arguments that audit `a.tokens` of party `a` against `table`.
pub fn audit_args(table: &str) -> [&str; 10] {
    let mut args = encode_args(table, "a", "a.tokens");
    (args[0], args[8]) = ("audit", "--tokens");
    args
}

/// The arguments that resolve the crosswalk of party `a` in `r` into `out`.
pub fn resolve_args(out: &str) -> [&str; 6] {
    [
        "resolve",
        "r/crosswalk-a.csv",
        "--refs",
        "a.refs.csv",
        "-o",
        out,
    ]
}

/// Header of a ref map.
pub const REFS: &str = "record_ref,student_id";
/// Header of `links.csv` and `pairs.csv`.
pub const LINKS: &str = "party_a,ref_a,party_b,ref_b,probability,passes";
/// Header of a resolved table between two parties.
pub const RESOLVED: &str = "record_ref,student_id,link_id,status,probability,rivals";
/// Header of a crosswalk between two parties.
pub const CROSSWALK: &str = "record_ref,link_id,status,probability,rivals";

/// What a match of `district` and `college` writes.
pub const RESULTS: [&str; 7] = [
    "links.csv",
    "pairs.csv",
    "crosswalk-district.csv",
    "crosswalk-district.json",
    "crosswalk-college.csv",
    "crosswalk-college.json",
    "report.json",
];
