//! Nicknames and romanised spellings to the name that they stand for. Specified in
//! `docs/spec/normalisation.md`, step 11; the table is `roots.csv`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use super::Spread;

/// Made by `tests/scripts/make_nickname_table.py`, which says where the names come from.
static TABLE: &str = include_str!("roots.csv");

type Roots = HashMap<&'static str, &'static str, BuildHasherDefault<Spread>>;

static ROOTS: LazyLock<(Roots, Roots)> = LazyLock::new(|| {
    let (mut given, mut surname) = (Roots::default(), Roots::default());
    for line in TABLE.lines().skip(1) {
        let mut cells = line.split(',');
        if let (Some(field), Some(name), Some(root)) = (cells.next(), cells.next(), cells.next()) {
            let table = if field == "given" {
                &mut given
            } else {
                &mut surname
            };
            table.insert(name, root);
        }
    }
    (given, surname)
});

/// The name that `name`, one given name of A-Z, is short for or another spelling of; itself if the
/// table has none.
#[must_use]
pub fn given_root(name: &str) -> &str {
    ROOTS.0.get(name).copied().unwrap_or(name)
}

/// The spelling that `name`, one surname of A-Z, is a romanised variant of; itself if the table has
/// none.
#[must_use]
pub fn surname_root(name: &str) -> &str {
    ROOTS.1.get(name).copied().unwrap_or(name)
}
