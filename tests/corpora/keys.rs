//! Files with keys in them: linkage key, identity and its public half, sealed key, signatures of a project file.

use std::path::PathBuf;
use std::sync::LazyLock;

use blindlink::identity::{Identity, Public, Sealed, Signer, beside, secret_kind, signers};
use blindlink::owner::key::LinkageKey;
use blindlink::project::Project;

use crate::scratch::Scratch;

/// A project with public keys of invented people, whose secret halves are in the corpus.
const PROJECT: &str = include_str!("../../testdata/corpora/keys-project.toml");
/// Who reads what is sealed, and what is read so.
const READER: &[u8] = include_bytes!("../../testdata/corpora/keys-reader.txt");

static KNOWN: LazyLock<(Project, Identity)> = LazyLock::new(|| {
    let project = Project::parse(PROJECT).expect("the project of the corpus");
    (project, Identity::parse(READER).expect("its reader"))
});

/// What the checksums of files of one line are derived from. SPEC identities.md, encoding.md 2.1.
const CONTEXTS: [&str; 3] = [
    "blindlink 2026-11-27 linkage key file check v1",
    "blindlink 2026-11-27 identity file check v1",
    "blindlink 2026-11-27 public line check v1",
];

/// Reads `data` as every file with keys, as it is and, where it is a line, under the checksum that belongs to it.
pub fn check(data: &[u8], scratch: &Scratch) {
    line(data, scratch);
    if let Some(at) = data.iter().rposition(|b| *b == b' ') {
        for context in CONTEXTS {
            let check = blake3::derive_key(context, &data[..at]);
            let digits: String = check[..8].iter().map(|b| format!("{b:02x}")).collect();
            line(&[&data[..=at], digits.as_bytes(), b"\n"].concat(), scratch);
        }
    }
    let (project, reader) = &*KNOWN;
    let path = scratch.write("sealed", data);
    if let Ok(sealed) = Sealed::read(&path) {
        assert!(secret_kind(data, data.len() as u64).is_some());
        let sender = reader.public();
        let _ = sealed.open(project, reader, &sender);
        let _ = LinkageKey::open(&path, project, reader, &sender);
    }
    let path = scratch.write("p.toml", PROJECT.as_bytes());
    std::fs::write(beside(&path), data).expect("room for a temporary file");
    if let Ok(found) = signers(project, &path) {
        assert!(
            found
                .signed
                .iter()
                .all(|role| !found.missing.contains(role))
        );
    }
    let _ = Signer::read(&secret(data, scratch)).map(|s| s.public().line());
}

fn line(data: &[u8], scratch: &Scratch) {
    if let Ok(key) = LinkageKey::parse(data) {
        // Of 32 bytes that happen to be text, the first word decides what it is called.
        assert!(secret_kind(data, data.len() as u64).is_some());
        let path = scratch.new_path("again.key");
        key.write_new(&path).expect("room for a key");
        let again = LinkageKey::read(&path).expect("its own file is read");
        assert_eq!(again.fingerprint(), key.fingerprint());
    }
    if let Ok(own) = Identity::parse(data) {
        assert!(secret_kind(data, data.len() as u64).is_some());
        let path = scratch.new_path("again.identity");
        own.write_new(&path).expect("room for an identity");
        let again = Identity::read(&path).expect("its own file is read");
        assert_eq!(again.public(), own.public());
    }
    if let Ok(public) = Public::parse(data) {
        let again = Public::parse(public.line().as_bytes()).expect("its own line is read");
        assert!(again.is(&public) && again.fingerprint() == public.fingerprint());
        let openssh = Public::parse(public.openssh().as_bytes()).expect("OpenSSH's line is read");
        assert!(openssh.is(&public) || openssh.name().is_none());
    }
}

/// `data` in a file that only its owner may read.
fn secret(data: &[u8], scratch: &Scratch) -> PathBuf {
    let path = scratch.write("secret", data);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("our own file");
    }
    path
}
