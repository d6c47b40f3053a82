//! CLKs of other programs in a project: import, audit, match, resolve; and back out.

mod audit;
mod export;
mod files;
mod linked;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{Dir, Done};

/// Bits of the CLKs of these tests.
const BITS: usize = 512;

/// A folder with the project `p.toml` of the parties, whose filters have [`BITS`] bits.
fn project(parties: &[&str]) -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", parties, "clk");
    dir.edit("p.toml", "bits = 1024", &format!("bits = {BITS}"));
    dir
}

/// A file of CLKs.
fn clks(dir: &Dir, name: &str, filters: &[Vec<u8>]) {
    let texts: Vec<String> = filters.iter().map(|f| STANDARD.encode(f)).collect();
    dir.write(name, json!({ "clks": texts }).to_string());
}

/// The CLKs in a file.
fn read(dir: &Dir, name: &str) -> Vec<Vec<u8>> {
    let all = dir.json(name);
    let all = all["clks"].as_array().unwrap().iter();
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
