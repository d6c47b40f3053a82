//! Results back to local ids: a crosswalk and the ref map give a table with student ids.

mod rates;

use std::collections::BTreeMap;
use std::path::Path;

use crate::csvfile::{CsvReader, CsvWriter, REFS_COLUMNS};
use crate::error::{Error, Result};
use crate::units::is_plant;

pub use rates::{RATES_COLUMNS, rates};

/// Columns of what became of planted people, which the custodian gets; after the first one `partner`, where there are
/// several.
pub const FOUND_COLUMNS: [&str; 3] = ["plant_id", "link_id", "status"];

/// What [`resolve`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// Lines of the crosswalk that are in the output: all but those of planted people.
    pub lines: u64,
    /// Of these, lines with status `linked`.
    pub linked: u64,
    /// Lines of planted people.
    pub planted: u64,
}

/// What is called with the table, the file of planted people and the counts, before the files have their names.
pub type Named<'a> = dyn Fn(&CsvWriter, Option<&CsvWriter>, Resolved) -> Result<()> + 'a;

/// Writes the crosswalk again with a column `student_id` after `record_ref`, in the same order and without planted
/// people. What became of those is written to `plants`, if that is given. `named` is called
/// when both are on the disk and before they have their names; if it fails, there are none.
///
/// # Privacy
/// The output holds student ids and stays with the data owner.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a malformed file or a doubled ref,
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the two files do not list the same
/// records; [`Class::Input`](crate::error::Class::Input) also if planted people are asked for and none is in the ref map.
/// Nothing is then written.
pub fn resolve(
    crosswalk: &Path,
    refs: &Path,
    out: &Path,
    plants: Option<&Path>,
    named: &Named<'_>,
) -> Result<Resolved> {
    let ids = read_refs(refs)?;
    if plants.is_some() && !ids.values().any(|(_, id)| is_plant(id)) {
        return Err(Error::input(refs, "the ref map has no planted people")
            .hint("leave out --plants-out, or give the ref map of an encoding with --plants"));
    }
    let mut reader = CsvReader::open(crosswalk, &["record_ref", "status", "link_id"])?;
    let partner = reader.headers().iter().position(|h| h == "partner");
    let mut columns: Vec<String> = Vec::new();
    let mut place = 0;
    for (i, header) in reader.headers().iter().enumerate() {
        if header == "student_id" {
            return Err(Error::input(crosswalk, "it has student ids already").line(1));
        }
        columns.push(header.clone());
        if header == "record_ref" {
            place = i + 1;
            columns.push("student_id".into());
        }
    }
    let mut writer = CsvWriter::create(out, &columns)?;
    let mut of_found = FOUND_COLUMNS.to_vec();
    if partner.is_some() {
        of_found.insert(1, "partner");
    }
    let found = plants.map(|path| CsvWriter::create(path, of_found));
    let mut found = found.transpose()?;
    let mut done = Resolved {
        lines: 0,
        linked: 0,
        planted: 0,
    };
    let mut seen = vec![false; ids.len()];
    while reader.advance()? {
        let Some((number, id)) = ids.get(reader.cell(0)) else {
            return Err(Error::mismatch(
                "the crosswalk names a record that the ref map does not have",
            )
            .at(crosswalk)
            .hint(
                "use the ref map that `encode` wrote together with the token file of this round",
            ));
        };
        seen[*number] = true;
        if is_plant(id) {
            done.planted += 1;
            if let Some(found) = &mut found {
                let mut cells = vec![id.as_str(), reader.cell(2), reader.cell(1)];
                if let Some(partner) = partner.and_then(|i| reader.cells().nth(i)) {
                    cells.insert(1, partner);
                }
                found.row(cells)?;
            }
            continue;
        }
        let mut cells: Vec<&str> = reader.cells().collect();
        cells.insert(place, id);
        writer.row(&cells)?;
        done.lines += 1;
        done.linked += u64::from(reader.cell(1) == "linked");
    }
    let missing = seen.iter().filter(|s| !**s).count();
    if missing > 0 {
        return Err(Error::mismatch(format!(
            "{missing} records of the ref map are not in the crosswalk"
        ))
        .at(crosswalk)
        .hint("a crosswalk lists every record; this one is of another round, or was cut"));
    }
    if let Some(found) = &mut found {
        found.sync()?;
    }
    writer.sync()?;
    named(&writer, found.as_ref(), done)?;
    writer.commit()?;
    found.map_or(Ok(()), CsvWriter::commit)?;
    Ok(done)
}

/// The ref map: record ref to its number in the file and its student id.
fn read_refs(path: &Path) -> Result<BTreeMap<String, (usize, String)>> {
    let mut reader = CsvReader::open(path, &REFS_COLUMNS)?;
    let mut ids = BTreeMap::new();
    while reader.advance()? {
        let number = ids.len();
        if ids
            .insert(
                reader.cell(0).to_owned(),
                (number, reader.cell(1).to_owned()),
            )
            .is_some()
        {
            return Err(reader.error(0, "this record ref stands in the file twice"));
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    #[test]
    fn ids_are_added_and_nothing_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("refs.csv"), "record_ref,student_id\naa,007\nbb,8\n").unwrap();
        std::fs::write(
            at("x.csv"),
            "record_ref,link_id,status\nbb,L,linked\naa,,no_link\n",
        )
        .unwrap();
        let done = resolve(
            &at("x.csv"),
            &at("refs.csv"),
            &at("out.csv"),
            None,
            &|_, _, _| Ok(()),
        )
        .unwrap();
        assert_eq!(
            done,
            Resolved {
                lines: 2,
                linked: 1,
                planted: 0
            }
        );
        let text = std::fs::read_to_string(at("out.csv")).unwrap();
        assert_eq!(
            text,
            "record_ref,student_id,link_id,status\nbb,8,L,linked\naa,007,,no_link\n"
        );
    }

    #[test]
    fn planted_people_are_in_their_own_file_alone() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let plant = "blindlink-plant-a-0000000f";
        let refs = format!("record_ref,student_id\naa,007\nbb,{plant}\n");
        std::fs::write(at("refs.csv"), refs).unwrap();
        let rows = "bb,c,L,linked\naa,b,,no_link\nbb,b,,ambiguous\naa,c,,no_link\n";
        let rows = format!("record_ref,partner,link_id,status\n{rows}");
        std::fs::write(at("x.csv"), rows).unwrap();
        let (out, found) = (at("out.csv"), at("found.csv"));
        let done = resolve(
            &at("x.csv"),
            &at("refs.csv"),
            &out,
            Some(&found),
            &|_, _, _| Ok(()),
        )
        .unwrap();
        assert_eq!((done.lines, done.linked, done.planted), (2, 0, 2));
        let text = std::fs::read_to_string(out).unwrap();
        assert!(
            !text.contains("plant") && text.lines().count() == 3,
            "{text}"
        );
        let text = std::fs::read_to_string(found).unwrap();
        assert_eq!(
            text,
            format!("plant_id,partner,link_id,status\n{plant},c,L,linked\n{plant},b,,ambiguous\n")
        );
        std::fs::write(at("refs.csv"), "record_ref,student_id\naa,1\nbb,2\n").unwrap();
        let none = resolve(
            &at("x.csv"),
            &at("refs.csv"),
            &at("o"),
            Some(&at("f")),
            &|_, _, _| Ok(()),
        );
        assert_eq!(none.unwrap_err().class(), Class::Input);
        assert!(!at("o").exists() && !at("f").exists());
    }

    #[test]
    fn files_of_different_rounds_are_refused_and_leave_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("refs.csv"), "record_ref,student_id\naa,1\nbb,2\n").unwrap();
        for rows in ["aa,,no_link\n", "aa,,no_link\nbb,,no_link\ncc,,no_link\n"] {
            std::fs::write(at("x.csv"), format!("record_ref,link_id,status\n{rows}")).unwrap();
            let e = resolve(
                &at("x.csv"),
                &at("refs.csv"),
                &at("out.csv"),
                None,
                &|_, _, _| Ok(()),
            )
            .unwrap_err();
            assert_eq!(e.class(), Class::Mismatch);
            assert!(!at("out.csv").exists());
        }
        std::fs::write(at("refs.csv"), "record_ref,student_id\naa,1\naa,2\n").unwrap();
        assert_eq!(
            resolve(
                &at("x.csv"),
                &at("refs.csv"),
                &at("out.csv"),
                None,
                &|_, _, _| Ok(())
            )
            .unwrap_err()
            .class(),
            Class::Input
        );
    }
}
