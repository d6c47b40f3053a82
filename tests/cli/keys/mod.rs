//! Identities and sealed keys.

mod identities;
mod sealed;

use crate::custody;
use crate::harness::{Dir, Done, KEY, words};

pub const ROLES: [&str; 4] = ["district", "college", "custodian", "operator"];

/// A folder with a project, a key `k` and identities of parties, custodian and operator.
pub fn folder() -> Dir {
    let dir = Dir::new();
    for role in ROLES {
        dir.line(&format!("identity new -o {role}.identity"));
    }
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &KEY);
    dir
}

/// The same, with an agreement that names the public key of each.
pub fn agreed() -> Dir {
    let dir = folder();
    agree(
        &dir,
        &ROLES.map(|role| (role, dir.read(&format!("{role}.pub")))),
    );
    dir
}

/// Puts an agreement that names these keys of roles into `p.toml`.
pub fn agree(dir: &Dir, keys: &[(&str, String)]) {
    let mut part = "[agreement]\ndestroy_by = \"2999-12-31\"\nminimum_cell = 11\nelements = [\"student-id\", \
                    \"first\", \"middle\", \"last\", \"suffix\", \"birthdate\", \"gender\", \"alias-first\", \
                    \"alias-last\"]\n"
        .to_owned();
    for (role, line) in keys {
        let line = line.trim_end();
        part += &format!("[[agreement.contact]]\nrole = \"{role}\"\npublic_key = \"{line}\"\n");
    }
    custody::agree(dir, "p.toml", &part);
}

/// The arguments that seal `k` into `out`.
fn seal_args<'a>(sender: &'a str, to: &[&'a str], out: &'a str) -> Vec<&'a str> {
    let mut args = words("key seal k --project p.toml --identity");
    args.extend([sender, "-o", out, "--to"]);
    args.extend(to);
    args
}

/// Seals `k` to both parties into `s`.
fn seal(dir: &Dir) -> Done {
    dir.ok(&seal_args(
        "custodian.identity",
        &["district.pub", "college.pub"],
        "s",
    ))
}

/// The arguments with which the college opens `s` into `out`.
fn open_args(out: &str) -> Vec<&str> {
    let open = "key open s --identity college.identity --project p.toml -o";
    [words(open), vec![out]].concat()
}

pub fn sign(dir: &Dir, role: &str) -> Done {
    dir.line(&format!("project sign p.toml --identity {role}.identity"))
}
