//! The match of imported CLKs: those of clkhash and of `clk encode` are linked, those that cannot be compared are not.

use serde_json::Value;

use super::{BITS, clks, filters, import, project};
use crate::harness::{
    CROSSWALK, Dir, KEY, LINKS, MATCH, REFS, RESOLVED, TABLE, rows, testdata, words,
};

/// The match of the parties `north` and `south`.
const NORTH_SOUTH: &str = "match north.tokens south.tokens --project p.toml -o r";

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
    dir.line(NORTH_SOUTH);
    let wanted = [("N-501", "S-13"), ("N-505", "S-14"), ("N-506", "S-11")];
    assert_eq!(links(&dir, ["north", "south"]), pairs(&wanted));
    let crosswalk = rows(&dir.read("r/crosswalk-north.csv"), CROSSWALK);
    assert_eq!(crosswalk.len(), 6);
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
    dir.line("match north.tokens south.tokens west.tokens --project p.toml -o r");
    let north_south = [("N-501", "S-13"), ("N-505", "S-14"), ("N-506", "S-11")];
    assert_eq!(links(&dir, ["north", "south"]), pairs(&north_south));
    let north_west = [("N-501", "W-7004"), ("N-503", "W-7001")];
    assert_eq!(links(&dir, ["north", "west"]), pairs(&north_west));
    let south_west = [("S-13", "W-7004"), ("S-15", "W-7002")];
    assert_eq!(links(&dir, ["south", "west"]), pairs(&south_west));
    dir.line("resolve r/crosswalk-west.csv --refs west.refs.csv -o west.csv");
    assert!(dir.read("west.csv").contains("W-7002"));

    dir.line("clk match north.json west.json --threshold 0.85 -o g.json");
    let groups = dir.json("g.json");
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
    let matched = format!("{NORTH_SOUTH} --force");
    with("north", &schema, "s");
    // The file without a line end is the same secret.
    dir.key("u", b"not a secret");
    with("south", &schema, "u");
    dir.line(&matched);
    let said = "`north` and `south` used different linkage schemas or secrets";
    with("south", &schema, "t");
    dir.fails(&words(&matched), 4, &[said]);
    with("south", "other.json", "s");
    dir.fails(&words(&matched), 4, &[said]);
    import(&dir, &file("south"), "south", &["--force"]);
    dir.fails(
        &words(&matched),
        4,
        &["`south` was imported without linkage schema and secret, unlike `north`"],
    );
}

#[test]
fn imported_and_encoded_tokens_are_never_compared() {
    let dir = project(&["a", "b", "c"]);
    dir.key("k", &KEY);
    dir.write("t.csv", TABLE);
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
fn a_clk_without_a_bit_is_linked_with_nobody() {
    let dir = project(&["a", "b"]);
    let mut made = filters(4, 1);
    made[0] = vec![0; BITS / 8];
    clks(&dir, "c.json", &made);
    import(&dir, "c.json", "a", &[]);
    import(&dir, "c.json", "b", &[]);
    dir.ok(&MATCH);
    dir.line("resolve r/crosswalk-a.csv --refs a.refs.csv -o a.csv");
    let found = rows(&dir.read("a.csv"), RESOLVED);
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
