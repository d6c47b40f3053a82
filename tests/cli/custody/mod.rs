//! The disclosure log, `status` and `destroy` from outside.

mod destroy;
mod log;
mod status;

use serde_json::Value;

use crate::harness::{Dir, KEY, program, words};

/// What the project file of the tests agrees on.
pub const AGREEMENT: &str = "[agreement]\nnumber = \"MOU-7\"\nexception = \"34 CFR 99.31(a)(3): audit or evaluation\"\n\
    representative = \"Zzyzx Office\"\ndestroy_by = \"2999-06-30\"\nminimum_cell = 11\n\
    elements = [\"student-id\", \"first\", \"middle\", \"last\", \"suffix\", \"birthdate\", \"gender\", \"alias-first\", \"alias-last\"]\n\
    [[agreement.contact]]\nrole = \"operator\"\norganisation = \"Zzyzx Data Centre\"\n\n";

/// A folder with an agreement, a key, and tables of 300 students; the operator has a folder of its own.
pub fn agreed() -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    agree(&dir, "p.toml", AGREEMENT);
    dir.key("k", &KEY);
    dir.ok(&["synth", "--records", "300", "--seed", "4", "-o", "."]);
    std::fs::create_dir(dir.path("operator")).unwrap();
    dir
}

/// Puts the part `agreement` into a project file.
pub fn agree(dir: &Dir, name: &str, agreement: &str) {
    dir.edit(name, "\n[decision]", &format!("\n{agreement}[decision]"));
}

/// The line that encodes the table of `party`.
pub fn encode(party: &str) -> String {
    format!("encode {party}.csv --project p.toml --party {party} --key k -o {party}.tokens -q")
}

/// Encodes both tables, sends the tokens to the operator and matches them there.
pub fn linked() -> Dir {
    let dir = agreed();
    for party in ["district", "college"] {
        dir.line(&encode(party));
        dir.line(&format!("release {party}.tokens --project p.toml -q"));
        for end in ["tokens", "release.json"] {
            let name = format!("{party}.{end}");
            std::fs::copy(dir.path(&name), dir.path("operator").join(name)).unwrap();
        }
    }
    std::fs::copy(dir.path("p.toml"), dir.path("operator/p.toml")).unwrap();
    match_at_operator(&dir, &[]);
    dir
}

/// Matches in the operator's folder, in which no secret lies.
fn match_at_operator(dir: &Dir, more: &[&str]) {
    let mut command = dir.command(program());
    command.current_dir(dir.path("operator"));
    let line = "match district.tokens college.tokens --project p.toml -o results -q";
    let done = command.args(words(line)).args(more).output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Brings the crosswalk of the district, and its receipt, from the operator to its owner.
fn receive(dir: &Dir) {
    for name in ["crosswalk-district.csv", "crosswalk-district.json"] {
        let sent = dir.path("operator/results").join(name);
        std::fs::copy(sent, dir.path(name)).unwrap();
    }
}

/// The entries of a log.
pub fn entries(text: &str) -> Vec<Value> {
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}
