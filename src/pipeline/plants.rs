//! `plants new`: people for the owners to plant, and the truth of them for the custodian.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::custody::{facts, kind, replaced};
use super::files::check_outputs;
use crate::atomic::{AtomicFolder, digest_of};
use crate::csvfile;
use crate::custody::{Action, Event, Log, Logging};
use crate::error::{Error, Result};
use crate::evaluate::plants::{APART, TOGETHER, TRUTH_COLUMNS};
use crate::project::Project;
use crate::synth::{self, Kind, Plant, Planting};
use crate::units::PartyId;

/// The custodian's file, which tells what every planted person is.
pub const TRUTH: &str = "truth.csv";
/// What the log notes of files on planted people.
pub(super) const NO_STUDENT: &str = "of planted people, no student is in it";

/// Whom to plant.
#[derive(Debug)]
pub struct Options {
    /// The project, whose allowed pairs of parties each get people.
    pub project: PathBuf,
    /// Pairs of records of one person, for each two parties.
    pub together: u32,
    /// Pairs of records of two people who are easily confused, for each two parties.
    pub apart: u32,
    /// The first and the last year in which they are born.
    pub born: (u16, u16),
    /// The folder to write to; made if it is not there.
    pub out: PathBuf,
    /// The disclosure log.
    pub log: Logging,
    /// Replace files that exist.
    pub force: bool,
}

/// What was written.
#[derive(Debug)]
pub struct Planted {
    /// Each party's file, and how many people are in it.
    pub parties: Vec<(PartyId, PathBuf, u64)>,
    /// The custodian's truth.
    pub truth: PathBuf,
}

/// Makes up people to be planted: `plants-PARTY.csv` for each party, and `truth.csv`, which stays with the custodian.
/// They are entered into the log before they have their names.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) if nobody is asked for, or too many;
/// [`Class::Input`](crate::error::Class::Input) for a project file or log that is not as expected;
/// [`Class::Io`](crate::error::Class::Io).
pub fn new(options: &Options) -> Result<Planted> {
    let o = options;
    let project = Project::read(&o.project)?;
    if o.together + o.apart == 0 {
        return Err(Error::usage("expected --together or --apart of 1 or more"));
    }
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(|_| Error::internal("the system gives no random bytes"))?;
    let cases = synth::plants(&Planting {
        pairs: project.pairs.clone(),
        together: o.together,
        apart: o.apart,
        born: o.born,
        seed: u64::from_le_bytes(seed),
    });
    let mut of_party: BTreeMap<&PartyId, Vec<&Plant>> = BTreeMap::new();
    for plant in cases.iter().flat_map(|case| &case.plants) {
        of_party.entry(&plant.party).or_default().push(plant);
    }
    let name = |party: &PartyId| format!("plants-{party}.csv");
    let mut outputs: Vec<PathBuf> = of_party.keys().map(|p| o.out.join(name(p))).collect();
    outputs.push(o.out.join(TRUTH));
    let outputs: Vec<&Path> = outputs.iter().map(PathBuf::as_path).collect();
    check_outputs(&[&o.project], &outputs, o.force)?;
    let log = Log::of_run(&o.log, &o.project, &project)?;

    let folder = AtomicFolder::create(&o.out)?;
    let mut parties = Vec::new();
    for (party, mut plants) in of_party {
        // Ids are random: their order does not tell which belong together.
        plants.sort_by(|a, b| a.id.cmp(&b.id));
        csvfile::write(&folder.work().join(name(party)), &synth::COLUMNS, |table| {
            plants
                .iter()
                .try_for_each(|p| table.row(std::iter::once(&p.id).chain(&p.cells)))
        })?;
        parties.push((party.clone(), o.out.join(name(party)), plants.len() as u64));
    }
    csvfile::write(&folder.work().join(TRUTH), &TRUTH_COLUMNS, |table| {
        cases.iter().try_for_each(|case| {
            let expected = match case.kind {
                Kind::SamePerson => TOGETHER,
                _ => APART,
            };
            let [a, b] = &case.plants;
            table.row([&*a.id, &*b.id, expected, case.kind.word()])
        })
    })?;
    if let Some(log) = &log {
        let made = |name: &str, kind, rows| -> Result<Event> {
            let path = folder.work().join(name);
            let file = facts(&path, kind, digest_of(&path)?);
            Ok(Event {
                rows: Some(rows),
                ..Event::new(Action::Made).file(file).note(NO_STUDENT)
            })
        };
        let mut events = replaced(log, &outputs)?;
        for (party, _, people) in &parties {
            events.push(Event {
                party: Some(party.to_string()),
                ..made(&name(party), kind::PLANTS, *people)?
            });
        }
        events.push(made(TRUTH, kind::PLANTS_TRUTH, cases.len() as u64)?);
        log.record(&events)?;
    }
    folder.commit()?;
    Ok(Planted {
        parties,
        truth: o.out.join(TRUTH),
    })
}
