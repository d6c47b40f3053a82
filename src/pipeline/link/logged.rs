//! What a match enters into the disclosure log.

use std::path::Path;

use crate::atomic::{AtomicFolder, digest_of};
use crate::csvfile::{CLUSTERS, DUPLICATES};
use crate::custody::{Action, Event, Log};
use crate::error::Result;
use crate::matcher::intake::Party;
use crate::matcher::report::{PartyReport, Report};
use crate::pipeline::custody::{facts, kind, operator_of, record_received, replaced};
use crate::project::Project;
use crate::release::Manifest;
use crate::units::hex;

/// Token files that the operator received, and the manifests beside them, each once.
pub(super) fn received<'p>(
    log: &Log,
    project: &Project,
    files: impl Iterator<Item = &'p Party>,
) -> Result<()> {
    let mut events = Vec::new();
    for party in files {
        let (file, header) = (&party.file, party.file.header());
        let mut tokens = facts(file.path(), kind::TOKENS, digest_of(file.path())?);
        tokens.key_check = Some(hex(&header.key_check));
        events.push(Event {
            recipient: Some(operator_of(project)),
            ..Event::new(Action::Received)
                .file(tokens)
                .of(&header.party, header.records)
                .elements(log.elements(true))
        });
        if party.manifest.is_some() {
            let path = Manifest::path_of(file.path());
            let manifest = facts(&path, kind::MANIFEST, digest_of(&path)?);
            events.push(Event {
                recipient: Some(operator_of(project)),
                ..Event::new(Action::Received)
                    .file(manifest)
                    .of(&header.party, header.records)
            });
        }
    }
    record_received(log, events)
}

/// The results, which are written and have no names yet, and those of an earlier match in `out` that give way to them.
pub(super) fn matched(log: &Log, folder: &AtomicFolder, out: &Path, report: &Report) -> Result<()> {
    let names = folder.names()?;
    // These go also where the match writes none.
    let rest = [DUPLICATES, CLUSTERS].map(std::ffi::OsString::from);
    let rest = rest.iter().filter(|name| !names.contains(name));
    let mut events = replaced(log, names.iter().chain(rest).map(|name| out.join(name)))?;
    for name in names {
        let path = folder.work().join(&name);
        let digest = digest_of(&path)?;
        let of = |p: &&PartyReport| name.to_str() == Some(&format!("crosswalk-{}.csv", p.party));
        let event = Event::new(Action::Matched);
        events.push(match report.parties.iter().find(of) {
            Some(party) => event
                .file(facts(&path, kind::CROSSWALK, digest))
                .of(&party.party, party.records),
            None if is_receipt(&name) => event.file(facts(&path, kind::RECEIPT, digest)),
            None => event.file(facts(&path, kind::RESULTS, digest)),
        });
    }
    log.record(&events)
}

fn is_receipt(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("crosswalk-") && name.ends_with(".json")
}
