//! Rows without enough to link: counted by reason, listed by line, never dropped.

use crate::harness::{Dir, REFS, encode_args, rows};

const ROWS: &str = "student_id,first_name,last_name,birthdate\n\
    71,Zzyzxa,Qwertyuiop,2006-03-14\n\
    72,Vvortex,Asdfghjkl,\n\
    73,Vvortex,Asdfghjkl,2006-02-30\n\
    74,,,2006-03-15\n\
    75,,,\n\
    ,Nobody,Noid,2006-03-16\n\
    77,Vvortex,Asdfghjkl,2005-11-30\n";

#[test]
fn rows_in_are_records_and_rejects() {
    let dir = Dir::with_project();
    dir.write("t.csv", ROWS);
    let mut args = encode_args("t.csv", "a", "a.tokens").to_vec();
    args.push("--json");
    let done = dir.ok(&args);
    let json: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(json["rows_read"], 7);
    assert_eq!(json["records"], 2);
    let rejected = json["rejected"].as_object().unwrap();
    let total: u64 = rejected.values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(json["rows_read"].as_u64().unwrap(), 2 + total);
    assert_eq!(json["without_birthdate"], 3);
    assert_eq!(json["unreadable_birthdate"], 1);

    let listed = rows(&dir.read("a.rejects.csv"), "line,reason");
    let expected = [
        ["3", "no_birthdate"],
        ["4", "bad_birthdate"],
        ["5", "no_name"],
        ["6", "no_birthdate_and_no_name"],
        ["7", "no_student_id"],
    ];
    assert_eq!(listed, expected);
    for [_, reason] in expected {
        assert_eq!(rejected[reason], 1, "{reason}");
    }
    let refs = rows(&dir.read("a.refs.csv"), REFS);
    let mut ids: Vec<&str> = refs.iter().map(|r| r[1].as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["71", "77"]);
    assert!(
        done.err
            .contains("7 rows read, 2 records encoded, 5 rejected")
    );
}

#[test]
fn without_a_reject_the_list_is_there_and_empty() {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    assert_eq!(dir.read("a.rejects.csv"), "line,reason\n");
}

/// A name of punctuation is no name; a first or a last name alone is enough beside a birthdate.
#[test]
fn what_counts_as_a_name() {
    let dir = Dir::with_project();
    dir.write(
        "t.csv",
        "student_id,first_name,last_name,birthdate\n\
         71,-,.,2006-03-14\n\
         72,Zzyzxa,,2006-03-14\n\
         73,,Qwertyuiop,2006-03-14\n",
    );
    dir.encode("t.csv", "a");
    assert_eq!(dir.read("a.rejects.csv"), "line,reason\n2,no_name\n");
}

/// Rows that have no id are rejected before ids are compared, however many there are.
#[test]
fn rows_without_an_id_are_no_duplicates() {
    let dir = Dir::with_project();
    dir.write(
        "t.csv",
        format!("{ROWS},Other,Noid,2006-03-17\n,Third,Noid,2006-03-18\n"),
    );
    let done = dir.encode("t.csv", "a");
    assert!(done.err.contains("3 no_student_id"), "{}", done.err);
}
