//! What a plan says is done: files are overwritten, recorded and removed, and what was done is certified.

use std::path::Path;

use super::{Done, Plan};
use crate::custody::{Action, Certificate, Destroyed, Event, Tombstone, overwrite, remove_empty};
use crate::error::Result;
use crate::pipeline::Progress;
use crate::pipeline::custody::{Holding, facts, kind, write_logged};

/// Files between two entries of the log: as many may have to be overwritten anew after a crash.
const BATCH: usize = 16;

impl Plan {
    /// Destroys it and writes the certificate.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io): it can then be run again, and goes on.
    pub fn carry_out(self, progress: &dyn Progress) -> Result<Done> {
        let before = self.before();
        let events: Vec<Event> = self
            .doomed
            .iter()
            .map(|h| event(h, Action::Destroying))
            .collect();
        if let Some(log) = &self.log {
            log.record(&events)?;
        }
        let mut destroyed = Vec::new();
        let mut unknown = 0;
        let total = (self.begun.len() + self.doomed.len()) as u64;
        let mut done = 0;
        let mut told = |n: usize| {
            done += n as u64;
            progress.at("destroy", done, total);
        };
        for batch in self.begun.chunks(BATCH) {
            let mut work = Vec::new();
            for (path, stone) in batch {
                let event = match self.begun_event(*stone) {
                    Begun::Known(event) => Some(*event),
                    Begun::Finished => None,
                    Begun::Unknown => {
                        unknown += 1;
                        None
                    }
                };
                work.push((path.as_path(), *stone, event));
            }
            destroyed.extend(self.destroy(work)?);
            told(batch.len());
        }
        for batch in self.doomed.chunks(BATCH) {
            let work = batch.iter().map(|h| {
                let stone = Tombstone::of(self.project.fingerprint, &h.file);
                (h.path.as_path(), stone, Some(event(h, Action::Destroyed)))
            });
            destroyed.extend(self.destroy(work.collect())?);
            told(batch.len());
        }
        for folder in self.folders.iter().rev() {
            // Only if nothing of somebody else's is in it.
            let _ = std::fs::remove_dir(folder);
        }
        self.certify(destroyed, before, unknown)
    }

    /// Overwrites some files, records it, and removes what is left of them.
    fn destroy(&self, work: Vec<(&Path, Tombstone, Option<Event>)>) -> Result<Vec<Destroyed>> {
        let mut gone = Vec::new();
        let mut events = Vec::new();
        for (path, stone, event) in work {
            gone.push(overwrite(path, stone)?);
            events.extend(event);
        }
        if let Some(log) = &self.log {
            log.record(&events)?;
        }
        remove_empty(&gone)?;
        let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second());
        let time = now.map_or(String::new(), |t| t.to_string());
        let of = |event: Event| {
            Some(Destroyed {
                file: event.file?,
                party: event.party,
                rows: event.rows,
                time: time.clone(),
            })
        };
        Ok(events.into_iter().filter_map(of).collect())
    }

    /// What the log knows of a file whose destruction was begun.
    fn begun_event(&self, stone: Tombstone) -> Begun {
        let entries = self.history.iter().flat_map(|h| &h.entries);
        let last = entries
            .filter(|e| e.project == self.project.fingerprint)
            .filter(|e| e.file.as_ref().is_some_and(|f| stone.is_file(f)))
            .rfind(|e| matches!(e.action, Action::Destroying | Action::Destroyed));
        match last {
            Some(e) if e.action == Action::Destroying => Begun::Known(Box::new(Event {
                party: e.party.clone(),
                file: e.file.clone(),
                rows: e.rows,
                elements: e.elements.clone(),
                ..Event::new(Action::Destroyed).note("begun by a run that did not come to its end")
            })),
            Some(_) => Begun::Finished,
            None => Begun::Unknown,
        }
    }

    fn certify(
        self,
        destroyed: Vec<Destroyed>,
        before: Vec<Destroyed>,
        unknown: usize,
    ) -> Result<Done> {
        let files = destroyed.len() + unknown;
        let left = self.left.into_iter();
        let left = left
            .map(|l| (l.path.display().to_string(), l.why))
            .collect();
        let [html, json] = self.options.outputs();
        let witness = self.options.witness;
        let certificate =
            Certificate::new(&self.project, destroyed, before, unknown, left, witness);
        let text = certificate.page().to_html();
        for (path, bytes) in [(&json, certificate.to_json()), (&html, text)] {
            write_logged(self.log.as_ref(), path, bytes.as_bytes(), |digest| {
                vec![Event::new(Action::Made).file(facts(path, kind::CERTIFICATE, digest))]
            })?;
        }
        Ok(Done {
            certificate,
            written: [html, json],
            files,
        })
    }
}

/// What the log says of a file that is being destroyed.
enum Begun {
    /// What it was; that it is gone is not in the log yet.
    Known(Box<Event>),
    /// That it is gone.
    Finished,
    /// Nothing, or there is no log.
    Unknown,
}

fn event(holding: &Holding, action: Action) -> Event {
    Event {
        party: holding.party.clone(),
        file: Some(holding.file.clone()),
        rows: holding.rows,
        ..Event::new(action)
    }
}
