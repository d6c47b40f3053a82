//! Token files, and the sorted runs of rows of an unfinished encoding.

use std::fs::File;
use std::sync::LazyLock;

use blindlink::project::{Project, new_project};
use blindlink::token::{Header, Layout, Run, TokenFile};

use crate::scratch::Scratch;

const TAG: &[u8] = b"blake3:";
const DIGITS: usize = 64;

/// The projects that come with the program, and the one of the vectors.
static PROJECTS: LazyLock<Vec<Project>> = LazyLock::new(|| {
    let parties = ["district", "college"].map(|p| p.parse().unwrap());
    let of = |schema: &&str| new_project(&parties, schema, [7; 16]).unwrap();
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../testdata/vectors/encoding.json")).unwrap();
    let own = vectors["projects"].as_array().unwrap().iter();
    let own = own.map(|p| p["text"].as_str().unwrap().to_owned());
    let shipped: Vec<String> = ["k12", "k12-strict", "clk"].iter().map(of).collect();
    let all = shipped.into_iter().chain(own);
    all.map(|text| Project::parse(&text).unwrap()).collect()
});

/// Opens `data` as a token file as it is, and again with the checksum that belongs to it, so that what is
/// behind the checksum is reached too; then as a run of rows.
pub fn check(data: &[u8], scratch: &Scratch) {
    let path = scratch.write("tokens", data);
    if let Ok(file) = TokenFile::open(&path) {
        walk(&file);
    }
    if let Some(sealed) = with_checksum(data) {
        let path = scratch.write("tokens", &sealed);
        if let Ok(file) = TokenFile::open(&path) {
            walk(&file);
        }
    }
    let path = scratch.write("run", data);
    if let Ok(Some(run)) = Run::open(File::open(path).unwrap(), data.len() as u64) {
        let _ = run.rows();
    }
}

/// Goes wherever `match`, `inspect`, `audit` and `verify-tokens` go.
fn walk(file: &TokenFile) {
    let header = file.header();
    assert_eq!(&Header::from_pairs(&header.to_pairs()).unwrap(), header);
    let _ = file.is_classic();
    let width = file.columns().len();
    let all: Vec<usize> = (0..=width).collect();
    let mut rows = 0;
    let seen = file.each_row(&all, |row, values| {
        assert_eq!((row, values.len()), (rows, width + 1));
        rows += 1;
        Ok(())
    });
    if seen.is_ok() {
        assert!(rows <= header.rows);
    }
    let _ = file.first_difference(&|_| ());
    let Ok((refs, of_row)) = file.refs() else {
        return;
    };
    assert!(refs.is_sorted_by(|a, b| a < b), "refs ascend");
    assert_eq!(refs.len() as u64, header.records);
    assert_eq!(of_row.len() as u64, header.rows);
    assert!(of_row.is_sorted());
    for project in PROJECTS.iter() {
        if file.expect_schema(project).is_err() {
            continue;
        }
        let schema = &project.schema;
        for pass in 0..Layout::of(schema).passes.len() {
            let all_at_once = file.pass(schema, pass, &of_row);
            let mut one_by_one = Vec::new();
            let read = file.tokens(schema, pass, |_, key, filters| {
                one_by_one.push((key, filters.len()));
                Ok(())
            });
            let (Ok(pass), Ok(_)) = (all_at_once, read) else {
                continue;
            };
            assert!(one_by_one.iter().map(|t| t.0).eq(pass.keys));
            assert!(pass.records.iter().all(|r| (*r as usize) < refs.len()));
            assert!(one_by_one.iter().all(|t| t.1 == pass.filters.len()));
        }
    }
}

/// `data` with its own checksum, if there is room for one: SPEC token-file.md 4.
fn with_checksum(data: &[u8]) -> Option<Vec<u8>> {
    let tail = data.len().checked_sub(8)?;
    let length = u32::from_le_bytes(data[tail..tail + 4].try_into().ok()?) as usize;
    let footer = tail.checked_sub(length)?;
    let tag = data[footer..tail]
        .windows(TAG.len())
        .position(|w| w == TAG)?;
    let digits = footer + tag + TAG.len()..footer + tag + TAG.len() + DIGITS;
    let mut sealed = data.to_vec();
    sealed.get_mut(digits.clone())?.fill(b'0');
    let digest = blake3::hash(&sealed).to_hex();
    sealed[digits].copy_from_slice(digest.as_bytes());
    Some(sealed)
}
