//! JSON and CSV of this program's own making that it reads again: release manifest, audit, report of check,
//! what an unfinished run is of, ref map with crosswalk, truth.

use std::collections::BTreeMap;

use blindlink::evaluate::Truth;
use blindlink::owner::audit::report::AuditReport;
use blindlink::owner::profile::{Comparison, Report};
use blindlink::owner::resolve::{rates, resolve};
use blindlink::release::Manifest;
use blindlink::release::seal::Sealed;
use blindlink::unfinished::{Subject, Unfinished};
use serde::{Deserialize, Serialize};

use crate::scratch::Scratch;

/// Divides two files that are read together.
const BETWEEN: &[u8] = b"\x1e\n";

/// Reads `data` as every kind of record there is.
pub fn check(data: &[u8], scratch: &Scratch) {
    sealed::<Manifest>(data, scratch);
    sealed::<AuditReport>(data, scratch);
    if let Ok(report) = Report::parse(data) {
        let json = report.to_json().unwrap();
        let again = Report::parse(json.as_bytes()).expect("its own report is read");
        assert_eq!(again.to_json().unwrap(), json);
        let _ = (report.safe().grouped().len(), report.total());
        let _ = Comparison::of(&report, &again);
    }
    unfinished(data, scratch);
    let path = scratch.write("truth.csv", data);
    let _ = Truth::read(&path);
    let at = data.windows(BETWEEN.len()).position(|w| w == BETWEEN);
    let Some(at) = at else {
        return;
    };
    let refs = scratch.write("refs.csv", &data[..at]);
    let crosswalk = scratch.write("crosswalk.csv", &data[at + BETWEEN.len()..]);
    let out = scratch.path("resolved.csv");
    if let Ok(done) = resolve(&crosswalk, &refs, &out, None, &|_, _, _| Ok(())) {
        assert!(done.linked <= done.lines);
        let _ = rates(&out, &BTreeMap::new(), &scratch.path("rates.csv"));
    }
}

/// What is read under a seal and written again is the same; with the seal that belongs to it, the rest of the
/// way is reached too.
fn sealed<T: Sealed>(data: &[u8], scratch: &Scratch) {
    let path = scratch.write("sealed.json", data);
    let _ = T::read(&path);
    let Ok(found) = serde_json::from_slice::<T>(data) else {
        return;
    };
    let found = found.sealed();
    if found.format() != T::FORMAT {
        return;
    }
    let json = found.to_json();
    let path = scratch.write("sealed.json", json.as_bytes());
    let again = T::read(&path).unwrap_or_else(|e| panic!("its own {} is not read: {e}", T::NOUN));
    assert_eq!(again.to_json(), json);
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    table: String,
    sizes: [usize; 2],
}

impl Subject for Run {
    fn differences(&self, found: &Self) -> Vec<(bool, &'static str)> {
        let differs = (&found.table, found.sizes) != (&self.table, self.sizes);
        vec![(differs, "is of something else")]
    }
}

/// `data` as the `run.json` of an unfinished run, and as a part of it.
fn unfinished(data: &[u8], scratch: &Scratch) {
    let run = Run {
        table: "0".into(),
        sizes: [1, 2],
    };
    let folder = scratch.path("out.partial");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("run.json"), data).unwrap();
    std::fs::write(folder.join("part-000000"), data).unwrap();
    if let Ok(found) = Unfinished::find(&scratch.path("out"), &run, true) {
        let part = found.open("000000");
        assert!(
            part.is_err(),
            "a part without the run's own hash is refused"
        );
    }
}
