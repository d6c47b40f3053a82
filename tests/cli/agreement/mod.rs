//! The project file as the annex of an agreement: made, checked, printed, and what it forbids.

mod annex;
mod check;
mod limits;
mod rounds;

use blindlink::identity::Identity;
use blindlink::units::today;

use crate::harness::{Dir, KEY, TABLE};

/// A table with a column for every element.
const WIDE: &str = "student_id,first_name,middle_name,last_name,suffix,birthdate,gender,preferred_first_name,former_last_name\n\
                    71,Zzyzxa,Quux,Qwertyuiop,Jr,2006-03-14,F,Plugh,Xyzzyq\n\
                    72,Vvortex,Wombat,Asdfghjkl,,2005-11-30,M,,Frobnitz\n";

/// What `project new` is told of an agreement without fault, but for public keys.
fn new_args<'a>(out: &'a str, destroy_by: &'a str) -> Vec<&'a str> {
    vec![
        "project",
        "new",
        "--party",
        "a",
        "--party",
        "b",
        "--name",
        "Zzyzx Pathways",
        "--purpose",
        "evaluate <the> \"transition\" programme",
        "--agreement",
        "MOU-7",
        "--exception",
        "34 CFR 99.31(a)(3)",
        "--representative",
        "Qwerty Institute",
        "--destroy-by",
        destroy_by,
        "--contact",
        "a=Zzyzx Unified;Q. Vvortex;q@example.org",
        "--contact",
        "b=Asdfgh College;W. Plonk;w@example.org",
        "--contact",
        "custodian=Nowhere County;R. Zork;r@example.org",
        "--contact",
        "operator=Qwerty Institute;T. Frob;t@example.org",
        "-o",
        out,
    ]
}

/// The day so many years from today.
fn in_years(years: i64) -> String {
    let span = jiff::Span::new().years(years);
    today().checked_add(span).unwrap().to_string()
}

/// A folder with `p.toml`, an agreement without fault, the key `k` and [`TABLE`] as `t.csv`.
fn agreed() -> Dir {
    let dir = Dir::new();
    let mut args = new_args("p.toml", "");
    let day = in_years(1);
    let at = args.iter().position(|a| *a == "--destroy-by").unwrap();
    args[at + 1] = &day;
    let files = ["a", "b", "custodian"].map(|role| {
        let identity = Identity::random(role.parse().unwrap()).unwrap();
        dir.write(&format!("{role}.pub"), identity.public().line() + "\n");
        format!("{role}={role}.pub")
    });
    for file in &files {
        args.extend(["--public-key", file]);
    }
    dir.ok(&args);
    dir.key("k", &KEY);
    dir.write("t.csv", TABLE);
    dir
}

/// Replaces a part of `p.toml`.
fn edit(dir: &Dir, from: &str, to: &str) {
    dir.edit("p.toml", from, to);
}

/// The line of `p.toml` that starts so.
fn line(dir: &Dir, start: &str) -> String {
    let text = dir.read("p.toml");
    let found = text.lines().find(|l| l.starts_with(start));
    found.unwrap_or_else(|| panic!("no `{start}`")).to_owned()
}

#[test]
fn what_cannot_be_an_agreement_is_not_written() {
    let dir = Dir::new();
    let day = in_years(1);
    let with = |more: &[&str], code: i32, texts: &[&str]| {
        dir.fails(&[&new_args("p.toml", &day)[..], more].concat(), code, texts);
    };
    dir.write("two", "a\nb\n");
    dir.write("secret", "blindlink-identity-1 zzyzx\n");
    with(
        &["--contact", "c=x;y;z"],
        2,
        &["the role of a contact is none"],
    );
    with(&["--contact", "a=x;y;z"], 2, &["two contacts of `a`"]);
    with(&["--contact", "a=x;y"], 2, &["--contact takes a role"]);
    with(&["--pair", "a"], 2, &["--pair takes two parties"]);
    with(&["--pair", "a,c"], 2, &["not of two parties"]);
    with(&["--minimum-cell", "0"], 2, &["minimum_cell must be"]);
    with(&["--element", "surname"], 2, &["there is no data element"]);
    with(
        &["--element", "last", "--element", "last"],
        2,
        &["names last twice"],
    );
    with(&["--public-key", "a"], 2, &["--public-key takes a role"]);
    with(&["--public-key", "a=two"], 3, &["two"]);
    let done = dir.fails(
        &[&new_args("p.toml", &day)[..], &["--public-key", "a=secret"]].concat(),
        3,
        &["secret"],
    );
    assert!(!done.err.contains("zzyzx"));
    dir.fails(
        &new_args("p.toml", "30 June"),
        2,
        &["--destroy-by must be a date"],
    );
    let short = [
        "project", "new", "--party", "a", "--party", "b", "-o", "p.toml",
    ];
    dir.fails(
        &[&short[..], &["--agreement", "MOU-7"]].concat(),
        2,
        &["--destroy-by is not given"],
    );
}
