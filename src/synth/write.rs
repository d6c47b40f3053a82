//! The files: records, tags and truth, in one run over the rows of each party.

use std::io::Write as _;
use std::path::PathBuf;

use rayon::prelude::*;

use crate::atomic::AtomicFile;
use crate::error::{Error, Result};
use crate::units::PartyId;

use super::people::{People, Ymd};
use super::random::Streams;
use super::rates::Rates;
use super::record::{Record, Registrar, Shape};
use super::roster::Roster;
use super::{Options, PartyFile, Summary, TruthFile};

/// Rows that one thread makes at a time, and such pieces that are made before they are written.
/// Together they bound the memory; they do not change the result.
const PIECE: u64 = 2_048;
const PIECES: u64 = 16;

const MAX_RECORDS: u64 = 50_000_000;

/// Columns of the tables of made-up students, but for colleges, which name theirs otherwise.
pub const COLUMNS: [&str; 7] = [
    "student_id",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "birthdate",
    "gender",
];
const COLLEGE: [&str; 6] = ["APP_ID", "LNAME", "FNAME", "MI", "DOB", "SEX"];

/// Makes the files that `options` asks for: the records of each party, the group of each record,
/// and for every two parties the true pairs. A person with two records in a file makes two pairs.
///
/// Odd parties keep a district's columns (`student_id,first_name,middle_name,last_name,suffix,
/// birthdate,gender`, ISO dates), even parties a college's
/// (`APP_ID,LNAME,FNAME,MI,DOB,SEX`, capitals, `MM/DD/YYYY`).
///
/// `progress` is called with rows done and rows in all, from the calling thread, in rising order;
/// the last call has both equal. The files take their names at the end, one after the other, when
/// all are written. Uses the current rayon pool.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) if a number in `options` is out of its range;
/// [`Class::Io`](crate::error::Class::Io) if a file cannot be written, or exists and
/// `options.force` is not set. Unless the system fails while the finished files take their names,
/// nothing was written then.
pub fn generate(options: &Options, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Summary> {
    check(options)?;
    let parties = names(options.parties)?;
    let rosters: Vec<Roster> = (0..options.parties)
        .map(|p| Roster::new(options.seed, p, options.records))
        .collect();
    let mut summary = plan(options, &parties, &rosters);
    refuse_existing(options, &summary)?;
    std::fs::create_dir_all(&options.out).map_err(|e| Error::io("create", &options.out, e))?;

    let maker = Maker {
        people: People::new(options.seed),
        rates: Rates::of(options.profile),
        errors: (0..options.parties)
            .map(|p| Streams::new(options.seed, &format!("errors {p}")))
            .collect(),
        rosters,
    };
    let mut ticks = Ticks {
        done: 0,
        total: options.records * (summary.parties.len() + summary.truth.len()) as u64,
        progress,
    };
    progress(0, ticks.total);
    let mut finished = Vec::new();
    for (p, file) in summary.parties.iter().enumerate() {
        let mut records = AtomicFile::create(&file.path)?;
        let mut tags = AtomicFile::create(&file.tags)?;
        let header: &[&str] = match maker.rosters[p].shape {
            Shape::District => &COLUMNS,
            Shape::College => &COLLEGE,
        };
        put(&mut records, format!("{}\n", header.join(",")).as_bytes())?;
        put(&mut tags, b"id,group\n")?;
        in_order(
            options.records,
            &mut ticks,
            |rows| maker.piece(p, rows),
            |(record_lines, tag_lines)| {
                put(&mut records, &record_lines)?;
                put(&mut tags, &tag_lines)
            },
        )?;
        finished.extend([records, tags]);
    }
    let mut counts = Vec::new();
    for (a, b) in couples(options.parties) {
        let target = &summary.truth[counts.len()].path;
        let mut truth = AtomicFile::create(target)?;
        put(&mut truth, b"id_a,id_b\n")?;
        let (mut pairs, mut people) = (0, 0);
        in_order(
            options.records,
            &mut ticks,
            |rows| Ok(maker.truth(a, b, rows)),
            |(lines, p, n)| {
                pairs += p;
                people += n;
                put(&mut truth, &lines)
            },
        )?;
        counts.push((pairs, people));
        finished.push(truth);
    }
    for (file, (pairs, people)) in summary.truth.iter_mut().zip(counts) {
        (file.pairs, file.people) = (pairs, people);
    }
    for file in finished {
        if options.force {
            file.commit()?;
        } else {
            file.commit_new()?;
        }
    }
    Ok(summary)
}

fn check(options: &Options) -> Result<()> {
    if !(2..=9).contains(&options.parties) {
        return Err(Error::usage("expected 2 to 9 parties"));
    }
    if !(1..=MAX_RECORDS).contains(&options.records) {
        return Err(Error::usage(format!(
            "expected 1 to {MAX_RECORDS} records for each party"
        )));
    }
    Ok(())
}

fn names(parties: usize) -> Result<Vec<PartyId>> {
    (1..=parties)
        .map(|n| match n {
            1 => "district".parse(),
            2 => "college".parse(),
            _ => format!("party-{n}").parse(),
        })
        .collect()
}

/// Every two parties, the lower first.
fn couples(parties: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..parties).flat_map(move |a| (a + 1..parties).map(move |b| (a, b)))
}

fn plan(options: &Options, parties: &[PartyId], rosters: &[Roster]) -> Summary {
    let out = &options.out;
    Summary {
        parties: parties
            .iter()
            .zip(rosters)
            .map(|(party, roster)| PartyFile {
                party: party.clone(),
                path: out.join(format!("{party}.csv")),
                tags: out.join(format!("tags-{party}.csv")),
                id_column: match roster.shape {
                    Shape::District => COLUMNS[0],
                    Shape::College => COLLEGE[0],
                },
                records: roster.records(),
                people: roster.people(),
            })
            .collect(),
        truth: couples(parties.len())
            .map(|(a, b)| (parties[a].clone(), parties[b].clone()))
            .map(|(a, b)| TruthFile {
                path: out.join(if parties.len() == 2 {
                    "truth.csv".to_owned()
                } else {
                    format!("truth-{a}-{b}.csv")
                }),
                a,
                b,
                pairs: 0,
                people: 0,
            })
            .collect(),
    }
}

fn refuse_existing(options: &Options, summary: &Summary) -> Result<()> {
    if options.force {
        return Ok(());
    }
    let files = summary.parties.iter().flat_map(|p| [&p.path, &p.tags]);
    for path in files.chain(summary.truth.iter().map(|t| &t.path)) {
        if path.exists() {
            let e = std::io::ErrorKind::AlreadyExists.into();
            return Err(Error::io("write", path, e)
                .hint("choose another folder, or allow the files to be replaced with --force"));
        }
    }
    Ok(())
}

fn put(file: &mut AtomicFile, bytes: &[u8]) -> Result<()> {
    let target: PathBuf = file.target().to_path_buf();
    file.write_all(bytes)
        .map_err(|e| Error::io("write", target, e))
}

/// Rows done, for the progress callback.
struct Ticks<'a> {
    done: u64,
    total: u64,
    progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// Makes pieces of the rows 0..`records` in parallel and hands them on in order.
fn in_order<T: Send>(
    records: u64,
    ticks: &mut Ticks<'_>,
    make: impl Fn(std::ops::Range<u64>) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    for start in (0..records).step_by((PIECE * PIECES) as usize) {
        let end = records.min(start + PIECE * PIECES);
        let pieces: Vec<Result<T>> = (0..(end - start).div_ceil(PIECE))
            .into_par_iter()
            .map(|k| {
                let from = start + k * PIECE;
                make(from..end.min(from + PIECE))
            })
            .collect();
        for piece in pieces {
            take(piece?)?;
        }
        ticks.done += end - start;
        (ticks.progress)(ticks.done, ticks.total);
    }
    Ok(())
}

/// All that decides on the content of the files.
struct Maker {
    people: People,
    rates: &'static Rates,
    errors: Vec<Streams>,
    rosters: Vec<Roster>,
}

impl Maker {
    /// The lines of records and of tags for these rows of party `p`.
    fn piece(&self, p: usize, rows: std::ops::Range<u64>) -> Result<(Vec<u8>, Vec<u8>)> {
        let registrar = Registrar {
            people: &self.people,
            rates: self.rates,
        };
        let roster = &self.rosters[p];
        let mut tags = Vec::new();
        let mut lines = csv::Writer::from_writer(Vec::new());
        for row in rows {
            let person = self.people.person(roster.person(row));
            let id = roster.id(row);
            let mut draw = self.errors[p].at(row);
            let record = registrar.enter(&person, roster.shape, &mut draw);
            tags.extend_from_slice(format!("{id},{}\n", person.group.tag()).as_bytes());
            lay_out(&mut lines, &id, &record, roster.shape).map_err(not_laid_out)?;
        }
        let lines = lines
            .into_inner()
            .map_err(|_| Error::internal("cannot write to memory"))?;
        Ok((lines, tags))
    }

    /// The lines of true pairs for these rows of party `a`, how many, and the people that are
    /// counted at these rows: each at the first of their rows.
    fn truth(&self, a: usize, b: usize, rows: std::ops::Range<u64>) -> (Vec<u8>, u64, u64) {
        let (mut lines, mut pairs, mut people) = (Vec::new(), 0, 0);
        let (first, second) = (&self.rosters[a], &self.rosters[b]);
        for row in rows {
            let person = first.person(row);
            let before = pairs;
            for other in second.rows_of(person) {
                let line = format!("{},{}\n", first.id(row), second.id(other));
                lines.extend_from_slice(line.as_bytes());
                pairs += 1;
            }
            people += u64::from(pairs > before && first.rows_of(person).min() == Some(row));
        }
        (lines, pairs, people)
    }
}

fn not_laid_out(_: csv::Error) -> Error {
    Error::internal("cannot lay out a record")
}

/// Writes the cells in the order of the columns.
fn lay_out(
    lines: &mut csv::Writer<Vec<u8>>,
    id: &str,
    r: &Record,
    shape: Shape,
) -> std::result::Result<(), csv::Error> {
    let date = r.birth.map_or_else(String::new, |d| date_text(d, shape));
    match shape {
        Shape::District => {
            lines.write_record([id, &r.first, &r.middle, &r.last, r.suffix, &date, r.gender])
        }
        Shape::College => lines.write_record([id, &r.last, &r.first, &r.middle, &date, r.gender]),
    }
}

fn date_text(d: Ymd, shape: Shape) -> String {
    let Ymd { year, month, day } = d;
    match shape {
        Shape::District => format!("{year:04}-{month:02}-{day:02}"),
        Shape::College => format!("{month:02}/{day:02}/{year:04}"),
    }
}
