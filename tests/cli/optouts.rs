//! Students who have opted out are in no token file, and it is told how many they are.

use serde_json::{Value, json};

use crate::harness::{Dir, Done, REFS, audit_args, encode_args, rows, testdata};

const REJECTS: &str = "line,reason";

fn json_of(done: &Done) -> Value {
    serde_json::from_str(&done.out).unwrap()
}

/// Encodes `table` with these options more.
fn encode(dir: &Dir, table: &str, more: &[&str]) -> Done {
    let args = encode_args(table, "a", "a.tokens");
    dir.ok(&[&args[..], &["--json", "--force"], more].concat())
}

fn ids(dir: &Dir) -> Vec<String> {
    let rows = rows(&dir.read("a.refs.csv"), REFS).into_iter();
    rows.map(|row| row[1].clone()).collect()
}

#[test]
fn a_list_leaves_out_whom_it_names_and_tells_whom_it_did_not_find() {
    let dir = Dir::with_project();
    dir.write("ids.txt", "72\n73\n 074 \n");
    dir.write("more.csv", "Name,Student ID\r\nNobody,73\r\n");
    let lists = ["--exclude", "ids.txt", "--exclude", "more.csv"];
    let done = encode(&dir, "t.csv", &lists);
    assert_eq!(ids(&dir), ["71"]);
    assert_eq!(
        rows(&dir.read("a.rejects.csv"), REJECTS),
        [["3", "excluded"]]
    );
    let json = json_of(&done);
    assert_eq!(json["rejected"], json!({"excluded": 1}));
    assert_eq!(json["opt_outs"]["listed"], 3);
    assert_eq!(json["opt_outs"]["listed_in_no_row"], 2);
    let warning = "warning: 2 of the 3 ids in the lists of --exclude are in no row";
    assert!(done.err.contains(warning), "{}", done.err);
    assert!(done.err.contains("1 rejected (1 excluded)"), "{}", done.err);
    for id in ["73", "074"] {
        assert!(!done.err.contains(id), "{}", done.err);
    }
    // Also where nothing else is said.
    let args = encode_args("t.csv", "a", "b.tokens");
    let quiet = dir.ok(&[&args[..], &lists, &["--quiet"]].concat());
    assert!(quiet.err.starts_with(warning), "{}", quiet.err);
}

#[test]
fn lists_that_cannot_be_trusted_are_refused() {
    let dir = Dir::with_project();
    let args = encode_args("t.csv", "a", "x.tokens");
    let refused = |text: &str, code, says: &[&str]| {
        dir.write("ids.csv", text);
        dir.fails(&[&args[..], &["--exclude", "ids.csv"]].concat(), code, says);
    };
    refused(
        "student_id\n7.2E+09\n",
        3,
        &["ids.csv:2", "student_id", "spreadsheet"],
    );
    refused("name,remark\nZzyzx,x\n", 3, &["2 columns", "student_id"]);
    refused("student_id\n", 3, &["no id in the list"]);
    refused("", 3, &["empty"]);
    dir.fails(
        &[&args[..], &["--exclude", "none.csv"]].concat(),
        1,
        &["none.csv"],
    );
    dir.fails(
        &[&args[..], &["--exclude-holds"]].concat(),
        3,
        &["--map hold="],
    );
    // The list is no output.
    dir.write("ids.csv", "72\n");
    let over = encode_args("t.csv", "a", "ids.csv");
    dir.fails(
        &[&over[..], &["--exclude", "ids.csv", "--force"]].concat(),
        2,
        &["overwrite"],
    );
    // Nobody is left: no file of nothing.
    dir.write("ids.csv", "71\n72\n");
    dir.fails(
        &[&args[..], &["--exclude", "ids.csv"]].concat(),
        3,
        &["none of its 2 rows"],
    );
}

#[test]
fn a_column_of_holds_is_offered_and_then_obeyed() {
    let dir = Dir::with_project();
    for (export, header) in [
        ("banner/students.csv", "SPBPERS_CONFID_IND"),
        ("peoplesoft/names.csv", "FERPA"),
        ("colleague/person.csv", "PRIVACY.FLAG"),
        ("xello/graduates.txt", "FERPA Block"),
        ("generic/students.csv", "Directory Opt-Out"),
    ] {
        let export = testdata(&format!("presets/{export}"));
        let offered = encode(&dir, &export, &[]);
        let line = format!(
            "1 students have an opt-out in \"{header}\": --exclude-holds leaves them out\n"
        );
        assert!(offered.err.contains(&line), "{}", offered.err);
        let json = json_of(&offered);
        assert_eq!(json["opt_outs"]["held"], 1, "{header}");
        assert_eq!(json["records"], 7);
        let obeyed = encode(&dir, &export, &["--exclude-holds"]);
        assert!(!obeyed.err.contains("have an opt-out"), "{}", obeyed.err);
        let json = json_of(&obeyed);
        assert_eq!(json["rejected"], json!({"opt_out": 1}), "{header}");
        assert_eq!(json["opt_outs"]["holds_left_out"], true);
        assert!(!ids(&dir).contains(&"00106".to_owned()));
    }
}

#[test]
fn a_column_can_be_named_and_a_former_id_counts() {
    let dir = Dir::with_project();
    let head = "student_id,first_name,last_name,birthdate,remark\n";
    dir.write(
        "h.csv",
        format!("{head}71,Zzyzxa,Qwertyuiop,2006-03-14,no\n72,Vvortex,Asdfghjkl,2005-11-30,yes\n"),
    );
    let done = encode(&dir, "h.csv", &["--exclude-holds", "--map", "hold=remark"]);
    assert_eq!(ids(&dir), ["71"]);
    assert_eq!(json_of(&done)["columns"]["hold"], "remark");

    // Opted out under the id that the student had before.
    dir.write("ids.txt", "OLD6\n");
    let banner = testdata("presets/banner/students.csv");
    let done = encode(&dir, &banner, &["--exclude", "ids.txt"]);
    let json = json_of(&done);
    assert_eq!(json["rejected"], json!({"excluded": 1}));
    assert_eq!(json["opt_outs"]["listed_in_no_row"], 0);
    assert_eq!(json["opt_outs"]["held"], 0, "is left out already");
}

#[test]
fn audit_and_decoys_leave_out_the_same() {
    let dir = Dir::with_project();
    let demo = std::fs::read_to_string(testdata("k12-demo/district.csv")).unwrap();
    let few: Vec<&str> = demo.lines().take(61).collect();
    dir.write("t.csv", few.join("\n"));
    let all = json_of(&encode(&dir, "t.csv", &[]));
    let all = all["records"].as_u64().unwrap();
    encode(&dir, "t.csv", &[]);
    let listed = ids(&dir)[..3].join("\n");
    dir.write("ids.txt", listed);
    let out = ["--exclude", "ids.txt"];
    let decoys = encode(&dir, "t.csv", &[&out[..], &["--decoys"]].concat());
    assert_eq!(json_of(&decoys)["rejected"]["excluded"], 3);
    let encoded = json_of(&encode(&dir, "t.csv", &out));
    assert_eq!(encoded["records"].as_u64().unwrap(), all - 3);
    let audit = audit_args("t.csv");
    dir.fails(
        &audit,
        4,
        &[&format!("the table gives {all} records"), "--exclude"],
    );
    // The same people: what is refused then is how few they are.
    dir.fails(&[&audit[..], &out].concat(), 3, &[]);
}
