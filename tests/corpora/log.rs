//! The disclosure log, whole or torn, and names of tombstones.

use blindlink::custody::{self, Action, Checked, Entry, Event, Log};
use blindlink::project::{Project, new_project};
use blindlink::units::Fingerprint;

use crate::scratch::Scratch;

/// Reads `data` as a log as it is, and again with its entries numbered and chained as they should be, so that what is
/// behind the hashes is reached too.
pub fn check(data: &[u8], scratch: &Scratch) {
    follow(data, scratch);
    follow(&chained(data), scratch);
    let name = String::from_utf8_lossy(data);
    if let Some(stone) = custody::tombstone(&name) {
        assert!(!stone.is_of(Fingerprint([0; 32])) || name.contains("0000"));
    }
}

/// A log that is read is exported, and goes on.
fn follow(data: &[u8], scratch: &Scratch) {
    let path = scratch.write("p.log.jsonl", data);
    let Ok(before) = custody::read(&path) else {
        return;
    };
    export(&before);
    let parties = ["district", "college"].map(|p| p.parse().unwrap());
    let text = new_project(&parties, "k12", [7; 16]).unwrap();
    let project = Project::parse(&text).unwrap();
    let log = Log::open(&path, &project).expect("a log that is read is written to");
    let event = Event::new(Action::Noted).note("once more");
    log.record(&[event]).expect("room for an entry");
    let after = custody::read(&path).expect("its own entry is read");
    assert_eq!(after.torn, 0);
    let (last, others) = after.entries.split_last().unwrap();
    assert!(others == before.entries, "no entry is lost");
    assert_eq!(last.previous, before.last());
    let torn = (before.torn > 0).then_some(before.torn);
    assert_eq!((last.seq, last.torn), (others.len() as u64 + 1, torn));
}

fn export(checked: &Checked) {
    let rows = custody::csv(checked);
    assert_eq!(rows.len(), checked.entries.len());
    assert!(rows.iter().all(|r| r.len() == custody::COLUMNS.len()));
    let page = custody::page(checked, "p.log.jsonl");
    let html = page.to_html();
    assert!(html.contains("</html>") && !page.to_text().is_empty());
}

/// The lines of `data` that are entries, numbered and chained; all else is left as it is. SPEC disclosure-log.md 3.
fn chained(data: &[u8]) -> Vec<u8> {
    let (mut out, mut seq, mut previous) = (Vec::new(), 0, Fingerprint([0; 32]));
    for line in data.split_inclusive(|b| *b == b'\n') {
        let Ok(mut entry) = serde_json::from_slice::<Entry>(line) else {
            out.extend_from_slice(line);
            continue;
        };
        seq += 1;
        (entry.seq, entry.previous) = (seq, previous);
        let text = |e: &Entry| serde_json::to_string(e).unwrap();
        let bare = text(&entry);
        let bare = bare.rsplit_once(",\"hash\":").unwrap().0.to_owned() + "}";
        entry.hash = Fingerprint(*blake3::hash(bare.as_bytes()).as_bytes());
        previous = entry.hash;
        out.extend_from_slice(text(&entry).as_bytes());
        out.push(b'\n');
    }
    out
}
