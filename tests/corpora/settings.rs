//! What people write or keep in TOML: project files and saved mappings.

use blindlink::owner::encode::Encoder;
use blindlink::owner::key::LinkageKey;
use blindlink::owner::normalise::Person;
use blindlink::owner::table::SavedMapping;
use blindlink::project::Project;
use blindlink::token::Layout;
use blindlink::units::{BirthDate, RecordRef};

use crate::scratch::Scratch;

/// Reads `data` as a project file and as a saved mapping.
pub fn check(data: &[u8], _: &Scratch) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(project) = Project::parse(text) {
        works(&project);
        means_itself(&project);
    }
    if let Ok(saved) = SavedMapping::parse(text) {
        let written = saved.to_toml().unwrap();
        let again = SavedMapping::parse(&written).expect("its own text is read");
        assert_eq!(again.to_toml().unwrap(), written);
    }
}

/// The canonical form says the same as the file: it is the file without comments, defaults written out.
fn means_itself(project: &Project) {
    let canonical: serde_json::Value = serde_json::from_slice(&project.canonical).unwrap();
    let text = toml::to_string(&canonical).expect("all of it has a form in TOML");
    let again = Project::parse(&text).expect("its canonical form is read");
    assert_eq!(again.fingerprint, project.fingerprint);
    assert!(again.canonical == project.canonical);
}

/// Whatever project is accepted can be encoded under, and its parties can meet.
fn works(project: &Project) {
    assert!(project.parties.len() >= 2 && !project.pairs.is_empty());
    for (a, b) in &project.pairs {
        assert!(project.expect_party(a).is_ok() && project.expect_party(b).is_ok());
        assert_eq!(project.pair(b, a), Some((a, b)));
    }
    let layout = Layout::of(&project.schema);
    assert_eq!(layout.passes.len(), project.schema.passes.len());
    let key = LinkageKey::from_bytes([3; 32]);
    let encoder = Encoder::new(project, &key);
    let person = Person {
        first: "ZOLTANNA".into(),
        last: "QUIXFORD VANDERZYZX".into(),
        birthdate: BirthDate::new(2005, 3, 4),
        ..Person::default()
    };
    let mut rows = Vec::new();
    encoder.encode(&person, RecordRef([9; 16]), &mut rows);
    assert_eq!(rows.len() % layout.row_bytes(), 0);
}
