//! Planted people: mixed in by the owners, matched by an operator who cannot tell, scored by the custodian.

mod mixed;
mod scored;

use crate::happy;
use crate::harness::Dir;

/// Plants for `parties` in `plants/`, born when the students of the demonstration are.
fn plant(dir: &Dir, together: u32, apart: u32) {
    dir.line(&format!(
        "plants new --project p.toml --born 2004..2008 -o plants --together {together} --apart {apart}"
    ));
}

/// Encodes `table` as `party` with its plants; returns what was said.
fn encode(dir: &Dir, table: &str, party: &str) -> String {
    let plants = format!("plants/plants-{party}.csv");
    happy::encode(dir, table, party, &["--plants", &plants]).err
}
