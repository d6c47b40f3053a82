use std::fs;

use super::*;
use crate::error::Class;
use crate::project::{Project, new_project};
use crate::units::RecordRef;

fn project() -> Project {
    let parties: Vec<PartyId> = ["a", "b"].iter().map(|p| p.parse().unwrap()).collect();
    Project::parse(&new_project(&parties, "k12", [3; 16]).unwrap()).unwrap()
}

fn header(project: &Project, records: u64, rows: u64) -> Header {
    Header {
        project: project.fingerprint,
        schema: project.schema.fingerprint,
        party: "a".parse().unwrap(),
        round: "1".into(),
        normalisation: 1,
        key_check: [9; 16],
        records,
        rows,
        decoys: false,
        canaries: Vec::new(),
    }
}

/// A file of `n` records whose tokens are a function of the record's number; every third record
/// has a second row, every fifth lacks the first filter.
fn write(path: &std::path::Path, n: u32) -> Project {
    let project = project();
    let layout = Layout::of(&project.schema);
    let mut writer = TokenWriter::create(path, layout.clone()).unwrap();
    let mut rows = 0;
    for i in 0..n {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&blake3::hash(&i.to_le_bytes()).as_bytes()[..16]);
        let mut row = layout.empty_row(bytes);
        layout.fill(&mut row, layout.passes[0].block)[..4].copy_from_slice(&i.to_le_bytes());
        if i % 5 != 0 {
            layout.fill(&mut row, layout.passes[0].filters[0])[0] = i as u8;
        }
        rows += 1;
        if i % 3 == 0 {
            row.extend(layout.empty_row(bytes));
            rows += 1;
        }
        writer.push(&row).unwrap();
    }
    assert_eq!(writer.rows(), rows);
    writer
        .finish(&header(&project, u64::from(n), rows))
        .unwrap();
    project
}

#[test]
fn what_is_written_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.tokens");
    let project = write(&path, 100);
    let file = TokenFile::open(&path).unwrap();
    assert_eq!(file.header().records, 100);
    let (refs, of_row) = file.refs().unwrap();
    assert_eq!(refs.len(), 100);
    assert!(refs.is_sorted());
    let tokens = file.pass(&project.schema, 0, &of_row).unwrap();
    assert_eq!(tokens.keys.len(), 100);
    for (i, key) in tokens.keys.iter().enumerate() {
        let number = *key as u32;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&blake3::hash(&number.to_le_bytes()).as_bytes()[..16]);
        assert_eq!(refs[tokens.records[i] as usize], RecordRef(bytes));
        assert_eq!(
            tokens.filters[0].get(i).is_some(),
            !number.is_multiple_of(5)
        );
        assert_eq!(
            tokens.filters[0].row(i)[0],
            if number.is_multiple_of(5) {
                0
            } else {
                u64::from(number)
            }
        );
    }
    assert!(
        file.pass(&project.schema, 1, &of_row)
            .unwrap()
            .keys
            .is_empty()
    );
}

#[test]
fn every_flipped_byte_and_every_cut_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.tokens");
    write(&path, 3);
    let whole = fs::read(&path).unwrap();
    let bad = dir.path().join("bad.tokens");
    for i in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[i] ^= 1 << (i % 8);
        fs::write(&bad, bytes).unwrap();
        let e = TokenFile::open(&bad).unwrap_err();
        assert_eq!(e.class(), Class::Input, "byte {i}: {e}");
    }
    for cut in [0, 1, 11, 12, whole.len() / 2, whole.len() - 1] {
        fs::write(&bad, &whole[..cut]).unwrap();
        assert_eq!(
            TokenFile::open(&bad).unwrap_err().class(),
            Class::Input,
            "cut at {cut}"
        );
    }
}

#[test]
fn a_row_keeps_its_ref_and_absent_values_are_absent() {
    let layout = Layout::of(&project().schema);
    let mut row = layout.empty_row([7; 16]);
    assert_eq!(row[..16], [7; 16]);
    assert_eq!(layout.value(&row, 3), None);
    layout.fill(&mut row, 3)[0] = 5;
    assert_eq!(layout.value(&row, 3).unwrap()[0], 5);
    assert_eq!(layout.value(&row, 2), None);
}

#[test]
fn headers_round_trip_and_other_formats_are_named() {
    let h = header(&project(), 5, 6);
    assert_eq!(Header::from_pairs(&h.to_pairs()).unwrap(), h);
    let mut other = h.to_pairs();
    other[0].1 = "blindlink-tokens-2".into();
    let e = Header::from_pairs(&other).unwrap_err();
    assert!(e.to_string().contains("blindlink-tokens-2") && e.to_string().contains(FORMAT));
    for i in 0..h.to_pairs().len() {
        let mut without = h.to_pairs();
        without.remove(i);
        assert!(Header::from_pairs(&without).is_err());
    }
    let mut more = h.to_pairs();
    more.push(("blindlink.extra".into(), "1".into()));
    assert!(Header::from_pairs(&more).is_err());
}
