//! CLKs of other programs in a project: import, match, resolve; and back out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{CROSSWALK, Dir, Done, LINKS, MATCH, REFS, rows, testdata};

/// Bits of the CLKs of these tests.
const BITS: usize = 512;

/// The match of the parties `north` and `south`.
const NORTH_SOUTH: [&str; 7] = [
    "match",
    "north.tokens",
    "south.tokens",
    "--project",
    "p.toml",
    "-o",
    "r",
];

/// A folder with the project `p.toml` of the parties, whose filters have [`BITS`] bits.
fn project(parties: &[&str]) -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", parties, "clk");
    let text = dir.read("p.toml");
    assert!(text.contains("bits = 1024"));
    dir.write(
        "p.toml",
        text.replace("bits = 1024", &format!("bits = {BITS}")),
    );
    dir
}

/// A file of CLKs.
fn clks(dir: &Dir, name: &str, filters: &[Vec<u8>]) {
    let texts: Vec<String> = filters.iter().map(|f| STANDARD.encode(f)).collect();
    dir.write(name, json!({ "clks": texts }).to_string());
}

/// The CLKs in a file.
fn read(dir: &Dir, name: &str) -> Vec<Vec<u8>> {
    let value: Value = serde_json::from_str(&dir.read(name)).unwrap();
    let all = value["clks"].as_array().unwrap().iter();
    all.map(|c| STANDARD.decode(c.as_str().unwrap()).unwrap())
        .collect()
}

/// Filters that differ from each other, and are the same in every run.
fn filters(n: usize, seed: u64) -> Vec<Vec<u8>> {
    let of = |i: usize| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes()).update(&i.to_le_bytes());
        let (mut a, mut b) = (vec![0; BITS / 8], vec![0; BITS / 8]);
        hasher.finalize_xof().fill(&mut a);
        hasher.update(b"again").finalize_xof().fill(&mut b);
        a.iter().zip(&b).map(|(a, b)| a & b).collect()
    };
    (0..n).map(of).collect()
}

/// The arguments that import `file` as `party` into `PARTY.tokens`.
fn args<'a>(file: &'a str, party: &'a str, out: &'a str) -> Vec<&'a str> {
    vec![
        "clk",
        "import",
        file,
        "--project",
        "p.toml",
        "--party",
        party,
        "-o",
        out,
    ]
}

fn import(dir: &Dir, file: &str, party: &str, more: &[&str]) -> Done {
    let out = format!("{party}.tokens");
    dir.ok(&[&args(file, party, &out), more].concat())
}

fn ids(dir: &Dir, refs: &str) -> Vec<String> {
    let rows = rows(&dir.read(refs), REFS);
    rows.into_iter().map(|mut r| r.remove(1)).collect()
}

#[test]
fn what_is_imported_comes_out_again() {
    let dir = project(&["a", "b"]);
    let mut made = filters(300, 1);
    // Two without a bit, one of all bits, and one twice.
    made[7] = vec![0; BITS / 8];
    made[8] = vec![0; BITS / 8];
    made[9] = vec![255; BITS / 8];
    made[10] = made[11].clone();
    clks(&dir, "c.json", &made);
    let done = import(&dir, "c.json", "a", &[]);
    assert!(done.err.contains("300 CLKs of 512 bits"), "{}", done.err);
    assert!(
        done.err.contains("2 of them have no bit set"),
        "{}",
        done.err
    );
    assert_eq!(done.out, "");
    dir.ok(&["clk", "export", "a.tokens", "-o", "d.json"]);
    let mut found = read(&dir, "d.json");
    // In the order of random refs: this is that of the file in one case of 300!.
    assert_ne!(found, made);
    found.sort();
    made.sort();
    assert_eq!(found, made);

    // FABLE's table has the refs; together with the ref map every CLK has its row again.
    dir.ok(&[
        "clk", "export", "a.tokens", "-o", "d.csv", "--format", "fable",
    ]);
    let table = rows(&dir.read("d.csv"), "id,value");
    assert!(
        table.windows(2).all(|w| w[0][0] < w[1][0]),
        "ascending refs"
    );
    let map = rows(&dir.read("a.refs.csv"), REFS);
    let original = read(&dir, "c.json");
    for (number, row) in map.iter().enumerate() {
        assert_eq!(row[1], (number + 1).to_string());
        let exported = table.iter().find(|t| t[0] == row[0]).unwrap();
        assert_eq!(STANDARD.decode(&exported[1]).unwrap(), original[number]);
    }

    dir.ok(&[
        "clk", "export", "a.tokens", "-o", "d.bin", "--format", "binary",
    ]);
    assert_eq!(dir.bytes("d.bin"), read(&dir, "d.json").concat());
    dir.fails(
        &["clk", "export", "a.tokens", "-o", "d.bin"],
        1,
        &["--force"],
    );
}

#[test]
fn rows_are_told_to_be_all_that_names_a_record() {
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    let warned = "numbered by their order in the file";
    let done = import(&dir, "c.json", "a", &["--quiet"]);
    assert!(
        done.err.contains(warned) && done.err.contains("wrong people"),
        "{}",
        done.err
    );
    assert_eq!(ids(&dir, "a.refs.csv"), ["1", "2", "3"]);

    dir.write("t.csv", "first,id,last\nZzyzx,Q-9,Qwertyuiop\nVvortex,Q-3,\"Asdf, the\nsecond\"\nQuux,Q-5,Placeholder\n");
    let with = ["--ids", "t.csv", "--id-column", "id", "--force"];
    let done = import(&dir, "c.json", "a", &with);
    assert!(!done.err.contains(warned), "{}", done.err);
    assert_eq!(ids(&dir, "a.refs.csv"), ["Q-9", "Q-3", "Q-5"]);
}

#[test]
fn ids_that_do_not_fit_are_refused_without_being_shown() {
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    let refused = |table: &str, code, texts: &[&str]| {
        dir.write("t.csv", table);
        let more = ["--ids", "t.csv", "--id-column", "id"];
        let done = dir.fails(
            &[&args("c.json", "a", "x.tokens")[..], &more].concat(),
            code,
            texts,
        );
        assert!(!done.err.contains("Zzyzx"), "{}", done.err);
    };
    refused(
        "id\nZzyzx-1\nZzyzx-2\n",
        4,
        &["2 rows below its header", "3 CLKs"],
    );
    refused("id\nZzyzx-1\nZzyzx-2\nZzyzx-3\nZzyzx-4\n", 4, &["4 rows"]);
    refused(
        "id\nZzyzx-1\nZzyzx-2\nZzyzx-1\n",
        3,
        &["t.csv:4", "as in line 2"],
    );
    refused(
        "id,x\nZzyzx-1,\n,\nZzyzx-3,\n",
        3,
        &["t.csv:3", "expected an id"],
    );
    refused(
        "id\nZzyzx-1\n1.23E+09\nZzyzx-3\n",
        3,
        &["t.csv:3", "spreadsheet"],
    );
    refused("number\nZzyzx-1\n2\n3\n", 3, &["\"id\""]);
    dir.fails(
        &[&args("c.json", "a", "x.tokens")[..], &["--ids", "t.csv"]].concat(),
        2,
        &["--id-column"],
    );
}

#[test]
fn a_schema_of_another_form_is_refused_with_what_to_write() {
    let dir = project(&["a", "b"]);
    let short: Vec<Vec<u8>> = filters(3, 1).iter().map(|f| f[..32].to_vec()).collect();
    clks(&dir, "c.json", &short);
    let refused = |texts: &[&str]| dir.fails(&args("c.json", "a", "x.tokens"), 4, texts);
    refused(&[
        "256 bits",
        "`clk` has one filter of 512 bits",
        "bits = 256",
        "project new --schema clk",
    ]);
    std::fs::remove_file(dir.path("p.toml")).unwrap();
    dir.project("p.toml", &["a", "b"], "k12");
    refused(&["256 bits", "`k12` has", "passes"]);
    let odd: Vec<Vec<u8>> = filters(3, 1).iter().map(|f| f[..40].to_vec()).collect();
    clks(&dir, "c.json", &odd);
    refused(&["320 bits", "clk match"]);
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    dir.fails(&args("c.json", "z", "x.tokens"), 4, &["`z`"]);
    let stable = "# stable_link_ids = true";
    let text = dir.read("p.toml");
    assert!(text.contains(stable));
    dir.write("p.toml", text.replace(stable, &stable[2..]));
    dir.fails(&args("c.json", "a", "x.tokens"), 4, &["stable link ids"]);
}

#[test]
fn files_that_are_no_clks_are_refused_and_leave_nothing() {
    let dir = project(&["a", "b"]);
    for (text, said) in [
        ("{\"clks\": []}", "empty"),
        ("{\"clks\": [\"AAAA\", \"AA==\"]}", "bits"),
        ("{\"clks\": [\"A*==\"]}", "base64"),
        ("{\"clk\": []}", "clks"),
        ("", "c.json"),
    ] {
        dir.write("c.json", text);
        dir.fails(&args("c.json", "a", "x.tokens"), 3, &[said]);
        dir.fails(&["clk", "describe", "c.json"], 3, &[said]);
    }
}

#[test]
fn imported_and_encoded_tokens_are_never_compared() {
    let dir = project(&["a", "b", "c"]);
    dir.key("k", &crate::harness::KEY);
    dir.write("t.csv", crate::harness::TABLE);
    dir.encode("t.csv", "b");
    clks(&dir, "c.json", &filters(3, 1));
    import(&dir, "c.json", "a", &[]);
    import(&dir, "c.json", "c", &[]);
    let mixed = |files: &[&str], said: &[&str]| {
        let all = [&["match"], files, &["--project", "p.toml", "-o", "r"]].concat();
        dir.fails(&all, 4, said);
    };
    mixed(
        &["a.tokens", "b.tokens"],
        &[
            "`a` was imported from CLKs",
            "`b` was encoded by blindlink",
            "can never be compared",
            "clk encode",
        ],
    );
    mixed(
        &["a.tokens", "b.tokens", "c.tokens"],
        &["`a` and `c` were imported", "`b` was encoded"],
    );
}

#[test]
fn inspect_says_where_tokens_come_from() {
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    import(&dir, "c.json", "a", &[]);
    let text = dir.ok(&["inspect", "a.tokens"]).out;
    assert!(
        text.contains("imported       from CLKs of another program"),
        "{text}"
    );
    assert!(text.contains("normalisation  0\n"), "{text}");
    assert!(!text.contains("canaries"), "{text}");
    let value: Value =
        serde_json::from_str(&dir.ok(&["inspect", "a.tokens", "--json"]).out).unwrap();
    assert_eq!(value["imported"], true);
    assert_eq!(value["key_check"], "696d706f727465642c206e6f206b6579");
    assert_eq!(value["records"], 3);
}

#[test]
fn a_clk_without_a_bit_is_linked_with_nobody() {
    let dir = project(&["a", "b"]);
    let mut made = filters(4, 1);
    made[0] = vec![0; BITS / 8];
    clks(&dir, "c.json", &made);
    import(&dir, "c.json", "a", &[]);
    import(&dir, "c.json", "b", &[]);
    dir.ok(&MATCH);
    dir.ok(&[
        "resolve",
        "r/crosswalk-a.csv",
        "--refs",
        "a.refs.csv",
        "-o",
        "a.csv",
    ]);
    let found = rows(
        &dir.read("a.csv"),
        "record_ref,student_id,link_id,status,probability,rivals",
    );
    let mut status: Vec<(&str, &str)> = found
        .iter()
        .map(|r| (r[1].as_str(), r[3].as_str()))
        .collect();
    status.sort_unstable();
    assert_eq!(
        status,
        [
            ("1", "no_link"),
            ("2", "linked"),
            ("3", "linked"),
            ("4", "linked")
        ]
    );
}

#[test]
fn only_one_filter_a_record_can_be_exported() {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.fails(
        &["clk", "export", "a.tokens", "-o", "c.json"],
        4,
        &["one filter a record"],
    );
    let dir = project(&["a", "b"]);
    dir.key("k", &crate::harness::KEY);
    dir.write("t.csv", crate::harness::TABLE);
    dir.encode("t.csv", "a");
    let done = dir.ok(&["clk", "export", "a.tokens", "-o", "c.json"]);
    assert!(done.err.contains("encoded by blindlink"), "{}", done.err);
    assert_eq!(read(&dir, "c.json").len(), 2);
    let decoys = [
        "encode",
        "t.csv",
        "--project",
        "p.toml",
        "--party",
        "a",
        "--key",
        "k",
        "-o",
        "d.tokens",
        "--decoys",
    ];
    dir.ok(&decoys);
    dir.fails(
        &["clk", "export", "d.tokens", "-o", "d.json"],
        4,
        &["decoys"],
    );
}

#[test]
fn describe_counts_bits_and_odd_clks() {
    let dir = Dir::new();
    let mut made = filters(100, 1);
    made[3] = vec![0; BITS / 8];
    made[4] = made[5].clone();
    clks(&dir, "c.json", &made);
    let text = dir.ok(&["clk", "describe", "c.json"]).out;
    for said in [
        "popcounts\n",
        "count               100\n",
        "bits                512\n",
        "smallest            0\n",
        "1 CLKs have no bit set",
        "2 CLKs are equal to another one of the file (1 values)",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let value: Value =
        serde_json::from_str(&dir.ok(&["clk", "describe", "c.json", "--json"]).out).unwrap();
    let weights: Vec<u32> = made
        .iter()
        .map(|f| f.iter().map(|b| b.count_ones()).sum())
        .collect();
    assert_eq!(value["max"], *weights.iter().max().unwrap());
    let bars = value["histogram"].as_array().unwrap();
    let sum: u64 = bars.iter().map(|b| b["records"].as_u64().unwrap()).sum();
    assert_eq!((sum, bars.len() <= 60), (100, true));
}

/// The links of `party` by student id: own id to partner's id.
fn links(dir: &Dir, parties: [&str; 2]) -> Vec<(String, String)> {
    let id = |party: &str, record_ref: &str| {
        let map = rows(&dir.read(&format!("{party}.refs.csv")), REFS);
        map.into_iter()
            .find(|r| r[0] == record_ref)
            .unwrap()
            .remove(1)
    };
    let links = rows(&dir.read("r/links.csv"), LINKS);
    let of_pair = links
        .iter()
        .filter(|l| l[0] == parties[0] && l[2] == parties[1]);
    let mut found: Vec<_> = of_pair
        .map(|l| (id(&l[0], &l[1]), id(&l[2], &l[3])))
        .collect();
    found.sort();
    found
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect()
}

/// CLKs of clkhash itself, of two parties.
#[test]
fn two_parties_of_before_are_linked_in_a_project() {
    let dir = project(&["north", "south"]);
    for party in ["north", "south"] {
        let file = testdata(&format!("clkhash-story/{party}-clks.json"));
        let table = testdata(&format!("clkhash-story/{party}.csv"));
        import(&dir, &file, party, &["--ids", &table, "--id-column", "id"]);
    }
    dir.ok(&NORTH_SOUTH);
    let wanted = [("N-501", "S-13"), ("N-505", "S-14"), ("N-506", "S-11")];
    assert_eq!(links(&dir, ["north", "south"]), pairs(&wanted));
    let crosswalk = rows(&dir.read("r/crosswalk-north.csv"), CROSSWALK);
    assert_eq!(crosswalk.len(), 6);
}

#[test]
fn another_secret_or_linkage_schema_is_noticed_before_the_match() {
    let dir = project(&["north", "south"]);
    let schema = testdata("clkhash-story/linkage-schema.json");
    dir.key("s", b"not a secret\n");
    dir.key("t", b"not the secret");
    let text = std::fs::read_to_string(&schema).unwrap();
    dir.write("other.json", text.replacen("60", "61", 1));
    let file = |party: &str| testdata(&format!("clkhash-story/{party}-clks.json"));
    let with = |party: &str, schema: &str, secret: &str| {
        import(
            &dir,
            &file(party),
            party,
            &["--schema", schema, "--secret-file", secret, "--force"],
        )
    };
    let matched = [&NORTH_SOUTH[..], &["--force"]].concat();
    with("north", &schema, "s");
    // The file without a line end is the same secret.
    dir.key("u", b"not a secret");
    with("south", &schema, "u");
    dir.ok(&matched);
    let said = "`north` and `south` used different linkage schemas or secrets";
    with("south", &schema, "t");
    dir.fails(&matched, 4, &[said]);
    with("south", "other.json", "s");
    dir.fails(&matched, 4, &[said]);
    import(&dir, &file("south"), "south", &["--force"]);
    dir.fails(
        &matched,
        4,
        &["`south` was imported without linkage schema and secret, unlike `north`"],
    );
}

/// A linkage schema for the columns of the demo's district.
const DISTRICT: &str = r#"{"version": 3, "clkConfig": {"l": 512, "kdf": {"type": "HKDF"}}, "features": [
    {"identifier": "student_id", "ignored": true},
    {"identifier": "first_name", "format": {"type": "string"},
     "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}}},
    {"identifier": "middle_name", "ignored": true},
    {"identifier": "last_name", "format": {"type": "string"},
     "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}}},
    {"identifier": "suffix", "ignored": true},
    {"identifier": "birthdate", "format": {"type": "string"},
     "hashing": {"comparison": {"type": "ngram", "n": 1, "positional": true}, "strategy": {"bitsPerToken": 10}}},
    {"identifier": "gender", "ignored": true}]}"#;

/// A folder with the first `n` students of the demo, their CLKs under [`DISTRICT`], and `a.tokens` of these.
fn students(n: usize) -> Dir {
    let dir = project(&["a", "b"]);
    let table = std::fs::read_to_string(testdata("k12-demo/district.csv")).unwrap();
    let some: Vec<&str> = table.lines().take(n + 1).collect();
    dir.write("t.csv", some.join("\n") + "\n");
    dir.write("l.json", DISTRICT);
    dir.key("s", b"not a secret");
    let encode = [
        "clk",
        "encode",
        "t.csv",
        "--schema",
        "l.json",
        "--secret-file",
        "s",
        "-o",
        "c.json",
    ];
    dir.ok(&encode);
    import(
        &dir,
        "c.json",
        "a",
        &["--ids", "t.csv", "--id-column", "student_id"],
    );
    dir
}

const AUDIT: [&str; 10] = [
    "audit",
    "t.csv",
    "--schema",
    "l.json",
    "--project",
    "p.toml",
    "--party",
    "a",
    "--tokens",
    "a.tokens",
];

#[test]
fn the_audit_finds_people_behind_imported_clks() {
    let dir = students(220);
    let alone = dir
        .ok(&["audit", "--tokens", "a.tokens", "--project", "p.toml"])
        .out;
    assert!(alone.contains("bits set, clk.clk"), "{alone}");
    let args = [&AUDIT[..], &["--json", "audit.json"]].concat();
    let text = dir.ok(&args).out;
    assert!(text.contains("Verdict: RED"), "{text}");
    assert!(text.contains("docs/how-to/clkhash.md"), "{text}");
    assert!(
        !text.contains("change of key") && !text.contains("share birthdates"),
        "{text}"
    );
    let report: Value = serde_json::from_str(&dir.read("audit.json")).unwrap();
    assert_eq!(report["subject"]["imported"], true);
    assert_eq!(report["control"]["passed"], true);
    for attack in report["attacks"].as_array().unwrap() {
        let (found, overlap) = (attack["reidentified"].as_f64().unwrap(), &attack["overlap"]);
        assert!(found > 0.9 || *overlap != 1.0, "{attack}");
    }
    dir.ok(&[
        "release",
        "a.tokens",
        "--project",
        "p.toml",
        "--audit",
        "audit.json",
    ]);
    let manifest: Value = serde_json::from_str(&dir.read("a.release.json")).unwrap();
    assert_eq!(manifest["audit"]["verdict"], "red");
}

#[test]
fn an_audit_of_what_does_not_belong_together_is_refused() {
    let dir = students(30);
    dir.fails(
        &AUDIT,
        3,
        &["30 records are too few", "no verdict was reached"],
    );
    dir.key("k", &crate::harness::KEY);
    let with_key = [
        "audit",
        "t.csv",
        "--key",
        "k",
        "--project",
        "p.toml",
        "--party",
        "a",
        "--tokens",
        "a.tokens",
    ];
    dir.fails(&with_key, 4, &["imported", "--schema"]);
    let table = dir.read("t.csv");
    dir.write(
        "t.csv",
        table.lines().take(30).collect::<Vec<_>>().join("\n"),
    );
    dir.fails(&AUDIT, 4, &["29 rows below its header", "30 records"]);
    dir.write("t.csv", &table);
    dir.write("l.json", DISTRICT.replace("512", "256"));
    dir.fails(&AUDIT, 4, &["256 bits"]);
    dir.write("l.json", DISTRICT);
    dir.write("a.refs.csv", "record_ref,student_id\n");
    dir.fails(&AUDIT, 4, &["other record refs"]);
}

/// What `clk match` finds in exported CLKs is what `match` found in the tokens.
#[test]
fn exported_clks_give_the_pairs_of_the_tokens() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "clk");
    dir.key("k", &crate::harness::KEY);
    for (party, table) in [("a", "febrl4/a.csv"), ("b", "febrl4/b.csv")] {
        let text = std::fs::read_to_string(testdata(table)).unwrap();
        let some: Vec<&str> = text.lines().take(301).collect();
        dir.write("t.csv", some.join("\n") + "\n");
        dir.encode("t.csv", party);
        let (tokens, out) = (format!("{party}.tokens"), format!("{party}.json"));
        dir.ok(&["clk", "export", &tokens, "-o", &out]);
    }
    dir.ok(&MATCH);
    let args = [
        "clk",
        "match",
        "a.json",
        "b.json",
        "--threshold",
        "0.85",
        "--output",
        "similarity_scores",
        "-o",
        "s.json",
    ];
    dir.ok(&args);
    let order = |party: &str| {
        let map = rows(&dir.read(&format!("{party}.refs.csv")), REFS);
        let mut refs: Vec<String> = map.into_iter().map(|mut r| r.remove(0)).collect();
        refs.sort();
        refs
    };
    let (a, b) = (order("a"), order("b"));
    let scores: Value = serde_json::from_str(&dir.read("s.json")).unwrap();
    let at = |end: &Value| end[1].as_u64().unwrap() as usize;
    let mut found: Vec<(String, String)> = scores["similarity_scores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (a[at(&pair[0])].clone(), b[at(&pair[1])].clone()))
        .collect();
    found.sort();
    let report: Value = serde_json::from_str(&dir.read("r/report.json")).unwrap();
    assert_eq!(report["pairs"][0]["passes"][0]["kept"], found.len());
    // Of these, the pairs are listed that may be links.
    let listed = rows(&dir.read("r/pairs.csv"), LINKS);
    assert!(!listed.is_empty());
    for row in listed {
        let pair = (row[1].clone(), row[3].clone());
        assert!(found.binary_search(&pair).is_ok(), "{pair:?}");
    }
}

/// Two parties with CLKs of clkhash and one that makes its own, in one project; and an old and a new one without.
#[test]
fn old_and_new_parties_are_linked() {
    let dir = project(&["north", "south", "west"]);
    dir.key("s", b"not a secret");
    let schema = testdata("clkhash-story/linkage-schema.json");
    let table = |party: &str| testdata(&format!("clkhash-story/{party}.csv"));
    for party in ["north", "south"] {
        let file = testdata(&format!("clkhash-story/{party}-clks.json"));
        dir.write(&format!("{party}.json"), std::fs::read(file).unwrap());
    }
    let west = table("west");
    dir.ok(&[
        "clk",
        "encode",
        &west,
        "--schema",
        &schema,
        "--secret-file",
        "s",
        "-o",
        "west.json",
    ]);
    let by_clkhash = std::fs::read(testdata("clkhash-story/west-clks.json")).unwrap();
    assert_eq!(dir.bytes("west.json"), by_clkhash);
    for party in ["north", "south", "west"] {
        let (file, table) = (format!("{party}.json"), table(party));
        let more = [
            "--ids",
            &table,
            "--id-column",
            "id",
            "--schema",
            &schema,
            "--secret-file",
            "s",
        ];
        import(&dir, &file, party, &more);
    }
    dir.ok(&[
        "match",
        "north.tokens",
        "south.tokens",
        "west.tokens",
        "--project",
        "p.toml",
        "-o",
        "r",
    ]);
    let north_south = [("N-501", "S-13"), ("N-505", "S-14"), ("N-506", "S-11")];
    assert_eq!(links(&dir, ["north", "south"]), pairs(&north_south));
    let north_west = [("N-501", "W-7004"), ("N-503", "W-7001")];
    assert_eq!(links(&dir, ["north", "west"]), pairs(&north_west));
    let south_west = [("S-13", "W-7004"), ("S-15", "W-7002")];
    assert_eq!(links(&dir, ["south", "west"]), pairs(&south_west));
    dir.ok(&[
        "resolve",
        "r/crosswalk-west.csv",
        "--refs",
        "west.refs.csv",
        "-o",
        "west.csv",
    ]);
    assert!(dir.read("west.csv").contains("W-7002"));

    dir.ok(&[
        "clk",
        "match",
        "north.json",
        "west.json",
        "--threshold",
        "0.85",
        "-o",
        "g.json",
    ]);
    let groups: Value = serde_json::from_str(&dir.read("g.json")).unwrap();
    let mut groups: Vec<String> = groups["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let records = group.as_array().unwrap().iter();
            let mut records: Vec<String> = records.map(Value::to_string).collect();
            records.sort();
            records.join(" ")
        })
        .collect();
    groups.sort();
    assert_eq!(groups, ["[0,0] [1,3]", "[0,2] [1,0]"]);
}

#[test]
fn binary_files_and_tables_of_fable_are_imported() {
    let dir = project(&["a", "b"]);
    let made = filters(3, 1);
    dir.write("c.bin", made.concat());
    let binary = ["--format", "binary", "--hash-size", "64"];
    let done = import(&dir, "c.bin", "a", &binary);
    assert!(done.err.contains("numbered by their order"), "{}", done.err);
    let mut table = "id,value\n".to_owned();
    for (id, clk) in ["Q-7", "Q-5", "Q-6"].iter().zip(&made) {
        table += &format!("{id},{}\n", STANDARD.encode(clk));
    }
    dir.write("c.csv", &table);
    let done = import(&dir, "c.csv", "b", &[]);
    assert!(
        !done.err.contains("numbered by their order"),
        "{}",
        done.err
    );
    assert_eq!(ids(&dir, "b.refs.csv"), ["Q-7", "Q-5", "Q-6"]);
    let text = dir
        .ok(&[&["clk", "describe", "c.bin"], &binary[..]].concat())
        .out;
    assert!(text.contains("count               3\n"), "{text}");
    dir.write("twice.csv", table.replace("Q-6", "Q-7"));
    dir.fails(
        &args("twice.csv", "a", "x.tokens"),
        3,
        &["twice.csv:4", "come before"],
    );
    dir.write("t.csv", "id\n1\n2\n3\n");
    let with = ["--ids", "t.csv", "--id-column", "id"];
    dir.fails(
        &[&args("c.csv", "a", "x.tokens")[..], &with].concat(),
        2,
        &["ids of their own"],
    );
}
