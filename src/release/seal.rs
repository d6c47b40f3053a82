//! JSON files that bear a seal, so that an edit is noticed.

use std::io::Read;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::atomic;
use crate::error::{Error, Result};

/// Most bytes of a file that is read: the largest that this program writes has some ten thousand.
const MOST: u64 = 1 << 20;

/// What is written as JSON with a seal of its own content.
///
/// The seal is no signature: it shows a slip or a clumsy edit, not a forger who has this
/// program's source.
pub trait Sealed: Clone + Serialize + DeserializeOwned {
    /// The format that this version writes and reads.
    const FORMAT: &'static str;
    /// What BLAKE3 derives the key of the seal from; never used for anything else.
    const CONTEXT: &'static str;
    /// What it is called in a message.
    const NOUN: &'static str;
    /// The verb that writes it.
    const VERB: &'static str;

    /// The format that it says it is of.
    fn format(&self) -> &str;

    /// The seal that it bears.
    fn seal(&mut self) -> &mut String;

    /// The seal that belongs to the content: BLAKE3 of its compact JSON with an empty seal.
    #[must_use]
    fn seal_of(&self) -> String {
        let mut bare = self.clone();
        bare.seal().clear();
        let json = serde_json::to_vec(&bare).expect("text, numbers and lists have a JSON form");
        blake3::Hasher::new_derive_key(Self::CONTEXT)
            .update(&json)
            .finalize()
            .to_hex()
            .to_string()
    }

    /// The same under the seal that belongs to it.
    #[must_use]
    fn sealed(mut self) -> Self {
        *self.seal() = self.seal_of();
        self
    }

    /// Indented JSON with a line end.
    #[must_use]
    fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("text, numbers and lists have a JSON form") + "\n"
    }

    /// Writes the JSON to `path`, which appears whole or not at all.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    fn write(&self, path: &Path) -> Result<()> {
        atomic::write(path, self.to_json().as_bytes())
    }

    /// Reads the JSON at `path` and checks its seal.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read,
    /// [`Class::Input`](crate::error::Class::Input) if it is not such a file, of another format
    /// version, or was edited.
    fn read(path: &Path) -> Result<Self> {
        let io = |e| Error::io("read", path, e);
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(io)?;
        file.take(MOST).read_to_end(&mut bytes).map_err(io)?;
        let unchanged = format!("use the file that `{}` wrote, unchanged", Self::VERB);
        let mut found: Self = serde_json::from_slice(&bytes).map_err(|_| {
            let problem = format!(
                "not a usable {}: expected the JSON of format {}",
                Self::NOUN,
                Self::FORMAT
            );
            Error::input(path, problem).hint(unchanged.as_str())
        })?;
        if found.format() != Self::FORMAT {
            return Err(Error::input(
                path,
                format!(
                    "the {} is of another format; this version reads {}",
                    Self::NOUN,
                    Self::FORMAT
                ),
            ));
        }
        let right = found.seal_of();
        if *found.seal() != right {
            return Err(Error::input(
                path,
                format!(
                    "the {} was changed after it was made, so it says nothing",
                    Self::NOUN
                ),
            )
            .hint(format!("{unchanged}, or run `{}` again", Self::VERB)));
        }
        Ok(found)
    }
}
