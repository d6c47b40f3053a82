//! A folder for the files of one target: most parsers are given a path.

use std::path::PathBuf;

/// Files that are written over and over. Each fuzz target has this file, and not all write every kind.
pub struct Scratch(tempfile::TempDir);

#[allow(dead_code, reason = "see there")]
impl Scratch {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder for temporary files"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A path at which there is nothing.
    pub fn new_path(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let _ = std::fs::remove_file(&path);
        path
    }

    /// Writes a file and gives its path.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("room for a temporary file");
        path
    }
}
