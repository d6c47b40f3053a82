//! Rounds of a project: they cannot be joined, unless it has stable link ids, which are made with a ref key.

use blindlink::project::Project;

use super::{agreed, edit, in_years};
use crate::harness::{Dir, KEY, MATCH, REFS, RESOLVED, encode_args, rows};

/// Encodes `t.csv` as both parties under `project`, with their ref keys if it has stable link ids, and matches, tokens and results in
/// `folder`, what stays with the owners beside it; returns the refs of party `a` and the link ids that it gets, both by student id.
fn round_of(dir: &Dir, project: &str, folder: &str) -> Vec<Vec<String>> {
    let is_stable = Project::parse(&dir.read(project)).unwrap().stable_link_ids;
    std::fs::create_dir(dir.path(folder)).unwrap();
    let at = |name: &str| format!("{folder}/{name}");
    for party in ["a", "b"] {
        let out = at(&format!("{party}.tokens"));
        let ref_key = format!("{party}.ref.key");
        let refs = format!("{folder}-{party}.refs.csv");
        let mut args = encode_args("t.csv", party, &out).to_vec();
        args[3] = project;
        args.extend(["--refs", &refs]);
        if is_stable {
            args.extend(["--ref-key", &ref_key]);
        }
        dir.ok(&args);
    }
    let (a, b, r) = (at("a.tokens"), at("b.tokens"), at("r"));
    dir.ok(&["match", &a, &b, "--project", project, "-o", &r]);
    let crosswalk = at("r/crosswalk-a.csv");
    let [refs, out] = ["a.refs.csv", "links.csv"].map(|name| format!("{folder}-{name}"));
    dir.line(&format!(
        "resolve {crosswalk} --refs {refs} -o {out} --project {project}"
    ));
    assert_eq!(rows(&dir.read(&refs), REFS).len(), 2);
    let mut found = rows(&dir.read(&out), RESOLVED);
    found.sort_by(|x, y| x[1].cmp(&y[1]));
    found
}

#[test]
fn rounds_cannot_be_joined_unless_the_project_says_so() {
    let dir = agreed();
    for (is_stable, name) in [(false, "fresh"), (true, "stable")] {
        if is_stable {
            edit(&dir, "# stable_link_ids", "stable_link_ids");
            for party in ["a", "b"] {
                dir.ok(&["key", "new", "-o", &format!("{party}.ref.key")]);
            }
        }
        let next = format!("{name}.toml");
        let day = in_years(2);
        let done = dir.line(&format!(
            "project round 2028 p.toml --destroy-by {day} -o {next}"
        ));
        assert_eq!(
            done.err.contains("cannot be joined"),
            !is_stable,
            "{}",
            done.err
        );
        assert_eq!(done.err.contains("the operator can join rounds"), is_stable);
        let projects = ["p.toml", &next].map(|p| Project::parse(&dir.read(p)).unwrap());
        assert_eq!(projects[1].round, "2028");
        assert_eq!(projects[0].id, projects[1].id);
        assert_ne!(projects[0].fingerprint, projects[1].fingerprint);
        let first = round_of(&dir, "p.toml", &format!("{name}-1"));
        let second = round_of(&dir, &next, &format!("{name}-2"));
        assert_eq!(first.len(), 2);
        for (x, y) in first.iter().zip(&second) {
            assert_eq!((x[1].as_str(), x[3].as_str()), (y[1].as_str(), "linked"));
            assert_eq!(x[0] == y[0], is_stable, "refs: {x:?} {y:?}");
            assert_eq!(x[2] == y[2], is_stable, "link ids: {x:?} {y:?}");
        }
        // Tokens are of one round in either case.
        let (a, b) = (format!("{name}-1/a.tokens"), format!("{name}-2/b.tokens"));
        dir.fails(
            &["match", &a, &b, "--project", &next, "-o", "r"],
            4,
            &["project"],
        );
        let bytes = |round: u8| dir.bytes(&format!("{name}-{round}/a.tokens"));
        assert_ne!(bytes(1), bytes(2));
    }
    let again = encode_args("t.csv", "a", "again.tokens");
    let done = dir.ok(&[&again[..], &["--ref-key", "a.ref.key"]].concat());
    let shown = dir.ok(&["key", "show", "a.ref.key"]);
    let fingerprint = (shown.out + &shown.err).trim()[12..].to_owned();
    for text in ["the operator can join rounds", &fingerprint] {
        assert!(done.err.contains(text), "{text}: {}", done.err);
    }
    // Decoys bear the ids of students, and are not known as theirs.
    dir.ok(&[&encode_args("t.csv", "a", "d.tokens")[..], &["--decoys"]].concat());
    let refs = |name: &str| -> Vec<String> {
        let all = rows(&dir.read(name), REFS).into_iter();
        all.map(|row| row[0].clone()).collect()
    };
    let own = refs("again.refs.csv");
    assert!(refs("d.refs.csv").iter().all(|r| !own.contains(r)));
}

#[test]
fn a_ref_key_is_asked_for_where_refs_are_made_with_one() {
    let dir = agreed();
    dir.ok(&["key", "new", "-o", "ref.key"]);
    let args = encode_args("t.csv", "a", "a.tokens");
    let with = |more: &[&'static str]| [&args[..], more].concat();
    dir.fails(
        &with(&["--ref-key", "ref.key"]),
        2,
        &["the refs of this one are random", "leave out --ref-key"],
    );
    edit(&dir, "# stable_link_ids", "stable_link_ids");
    dir.fails(
        &args,
        2,
        &["p.toml: ", "--ref-key", "`key new -o ref.key`", "to nobody"],
    );
    dir.fails(
        &with(&["--ref-key", "ref.key", "--decoys"]),
        2,
        &["decoys have random refs"],
    );
    // The linkage key under another name is no key of one's own.
    dir.key("copy", &KEY);
    for name in ["k", "copy"] {
        let said = format!("{name}: this is the linkage key");
        dir.fails(&[&args[..], &["--ref-key", name]].concat(), 3, &[&said]);
    }
    dir.fails(&with(&["--ref-key", "t.csv"]), 3, &["t.csv: "]);
    dir.fails(&with(&["--ref-key", "nowhere"]), 1, &["nowhere: "]);
    let mut onto = with(&["--ref-key", "ref.key", "--force"]);
    onto[9] = "ref.key";
    dir.fails(&onto, 2, &["would overwrite an input"]);
    dir.ok(&with(&["--ref-key", "ref.key"]));
}

#[test]
fn a_ref_key_is_of_all_rounds_and_outlives_what_is_destroyed_of_one() {
    let dir = agreed();
    edit(&dir, "# stable_link_ids", "stable_link_ids");
    dir.ok(&["key", "new", "-o", "ref.key"]);
    let args = encode_args("t.csv", "a", "a.tokens");
    dir.ok(&[&args[..], &["--ref-key", "ref.key"]].concat());
    let held = dir.line("status --json").json();
    let of = |name: &str| {
        let all = held["held"].as_array().unwrap().iter();
        let mut found = all.filter(|h| h["path"].as_str().unwrap().ends_with(name));
        found.next().unwrap().clone()
    };
    assert_eq!(of("/ref.key")["kind"], "key");
    assert!(of("/ref.key")["project"].is_null() && !of("/k")["project"].is_null());
    let destroy = ["destroy", ".", "--project", "p.toml", "--yes"];
    let given = ["--certificate", "c.html", "--key", "ref.key"];
    dir.fails(
        &[&destroy[..], &given].concat(),
        4,
        &["ref.key: the key given is not that of the project"],
    );
    let done = dir.ok(&[&destroy[..], &given[..2]].concat());
    assert!(done.err.contains("ref.key cannot be told"), "{}", done.err);
    assert!(dir.path("ref.key").exists() && !dir.path("k").exists());
    // At the operator it is a secret of an owner like another.
    let done = dir.run_as_it_lies(&MATCH);
    assert_eq!(done.code, 4);
    assert!(done.err.contains("ref.key"), "{}", done.err);
}
