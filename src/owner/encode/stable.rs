//! Record refs that are the same in every round, where the project says so. SPEC encoding.md 2.2.

use std::fmt;

use zeroize::Zeroizing;

use super::push_framed;
use crate::owner::key::LinkageKey;
use crate::project::Project;
use crate::units::{PartyId, RecordRef};

const CONTEXT: &str = "blindlink 2026-11-27 stable record ref key v2";

/// Makes the refs of one party of a project, as a keyed function of its student ids: of a key that this owner alone has, the
/// project's id and the party, and not of the round, so that whoever sees two rounds can join them.
///
/// # Privacy
/// Without the owner's ref key a ref says nothing about the id. Whoever has it can try ids: it must not be the linkage key, which
/// the other owners have too.
pub struct StableRefs(Zeroizing<[u8; 32]>);

impl StableRefs {
    /// For the students of `party`, whose own key `ref_key` is; its file has the form of a linkage key.
    #[must_use]
    pub fn new(project: &Project, ref_key: &LinkageKey, party: &PartyId) -> Self {
        let mut material = Zeroizing::new(Vec::with_capacity(128));
        material.extend_from_slice(ref_key.expose());
        material.extend_from_slice(&project.id);
        push_framed(&mut material, party.as_str().as_bytes());
        Self(Zeroizing::new(blake3::derive_key(CONTEXT, &material)))
    }

    /// The ref of the student with this id, letter by letter as the table has it.
    #[must_use]
    pub fn of(&self, student_id: &str) -> RecordRef {
        let hash = blake3::keyed_hash(&self.0, student_id.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        RecordRef(bytes)
    }
}

impl fmt::Debug for StableRefs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StableRefs(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::new_project;

    #[test]
    fn a_ref_is_of_key_project_party_and_id_and_not_of_the_round() {
        let parties = ["a", "b"].map(|p| p.parse::<PartyId>().unwrap());
        let text = new_project(&parties, "k12", [7; 16]).unwrap();
        let of = |text: &str, key: u8, party: &PartyId, id: &str| {
            let project = Project::parse(text).unwrap();
            StableRefs::new(&project, &LinkageKey::from_bytes([key; 32]), party).of(id)
        };
        let base = of(&text, 1, &parties[0], "71");
        // Of tests/scripts/blake3_reference.py.
        assert_eq!(base.to_string(), "71310299812d6faddd03517a24163372");
        let next = text.replace("round = \"1\"", "round = \"2\"");
        assert_eq!(of(&next, 1, &parties[0], "71"), base);
        let other = new_project(&parties, "k12", [8; 16]).unwrap();
        let differing = [
            of(&other, 1, &parties[0], "71"),
            of(&text, 2, &parties[0], "71"),
            of(&text, 1, &parties[1], "71"),
            of(&text, 1, &parties[0], "071"),
        ];
        assert!(differing.iter().all(|r| *r != base));
    }
}
