//! A folder to run the program in, and what must hold after every run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;

mod words;

pub use words::*;

/// A key that is the same in every run, so that a failure can be repeated.
pub const KEY: [u8; 32] = *b"\x01not a key of any real project\x02\xff";
/// A project id that is the same in every run.
const PROJECT_ID: &str = "00112233445566778899aabbccddeeff";

/// Two invented people and a header. Lines 1 to 3.
pub const TABLE: &str = "student_id,first_name,last_name,birthdate\n\
                         71,Zzyzxa,Qwertyuiop,2006-03-14\n\
                         72,Vvortex,Asdfghjkl,2005-11-30\n";

/// A temporary folder with a working directory and a folder for temporary files.
pub struct Dir {
    root: tempfile::TempDir,
}

/// What a run of the program gave.
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The files of a folder: relative path to length and hash.
pub type Files = BTreeMap<String, (u64, [u8; 32])>;

impl Done {
    /// Standard output, which must be JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

impl Dir {
    /// Empty.
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("work")).unwrap();
        std::fs::create_dir(root.path().join("tmp")).unwrap();
        Self { root }
    }

    /// With `p.toml` for the parties `a` and `b`, the key `k`, and [`TABLE`] as `t.csv`.
    pub fn with_project() -> Self {
        let dir = Self::new();
        dir.project("p.toml", &["a", "b"], "k12");
        dir.key("k", &KEY);
        dir.write("t.csv", TABLE);
        dir
    }

    /// Makes a project file by the program; its id is then set to a fixed one.
    pub fn project(&self, name: &str, parties: &[&str], schema: &str) {
        let mut args = vec!["project", "new", "--schema", schema, "-o", name];
        for party in parties {
            args.extend(["--party", party]);
        }
        self.ok(&args);
        let text = self.read(name);
        let line = text.lines().find(|l| l.starts_with("id = ")).unwrap();
        self.write(name, text.replace(line, &format!("id = \"{PROJECT_ID}\"")));
    }

    /// Writes a key file that only its owner can read.
    pub fn key(&self, name: &str, bytes: &[u8]) {
        self.write(name, bytes);
        self.chmod(name, 0o600);
    }

    #[cfg(unix)]
    pub fn chmod(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(self.path(name), PermissionsExt::from_mode(mode)).unwrap();
    }

    #[cfg(not(unix))]
    pub fn chmod(&self, _: &str, _: u32) {}

    /// The working directory, against which every other name is relative.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.work().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// A file of JSON.
    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Replaces the first `from` in a file, which must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "`{from}` is not in: {text}");
        self.write(name, text.replacen(from, to, 1));
    }

    /// Every file below the root, hidden and temporary ones included.
    pub fn files(&self) -> Files {
        let mut files = Files::new();
        collect(self.root.path(), self.root.path(), &mut files);
        files
    }

    /// As [`Dir::files`], with what is in them.
    pub fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let mut names = Vec::new();
        walk(self.root.path(), self.root.path(), &mut names);
        let read = |name: String| {
            let bytes = std::fs::read(self.root.path().join(&name)).unwrap();
            (name, bytes)
        };
        names.into_iter().map(read).collect()
    }

    /// The names of the files in the working directory.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        walk(&self.work(), &self.work(), &mut names);
        names.sort();
        names
    }

    /// The program, to be run in this folder.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.work());
        for name in ["TMPDIR", "TMP", "TEMP"] {
            command.env(name, self.root.path().join("tmp"));
        }
        command
    }

    /// Runs the program. Whatever happens, it does not panic and leaves no temporary file.
    ///
    /// A match runs without what stays with the owners: see [`Dir::aside`].
    pub fn run(&self, args: &[&str]) -> Done {
        let is_match = matches!(args, ["match", ..] | ["clk", "match", ..]);
        let _aside = is_match.then(|| self.aside(args));
        self.run_as_it_lies(args)
    }

    /// Runs the program with all files that are there.
    pub fn run_as_it_lies(&self, args: &[&str]) -> Done {
        self.finish(self.command(program()).args(args).output().unwrap())
    }

    /// Runs a line of `sh`, in which `$0` is the program.
    #[cfg(unix)]
    pub fn sh(&self, line: &str) -> Done {
        let _aside = line.contains(" match ").then(|| self.aside(&[]));
        let mut command = self.command("sh");
        self.finish(command.args(["-c", line]).arg(program()).output().unwrap())
    }

    /// Takes away keys, ref maps and resolved tables until the result is dropped: most tests tell the work of owners and
    /// operator from one folder, and `match` refuses to work where such files lie. Those that `args` name stay.
    pub fn aside(&self, args: &[&str]) -> Aside {
        let mut taken = Vec::new();
        let place = self.root.path().join("aside");
        std::fs::create_dir(&place).unwrap();
        for entry in std::fs::read_dir(self.work()).unwrap() {
            let path = entry.unwrap().path();
            let is_named = args.iter().any(|arg| self.path(arg) == path);
            if path.is_file()
                && !is_named
                && stays_with_owners(&std::fs::read(&path).unwrap_or_default())
            {
                let to = place.join(path.file_name().unwrap());
                std::fs::rename(&path, &to).unwrap();
                taken.push((path, to));
            }
        }
        Aside { taken, place }
    }

    fn finish(&self, output: Output) -> Done {
        let done = Done {
            code: output.status.code().expect("ended by a signal"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!done.err.contains("panicked"), "{}", done.err);
        assert!(!done.err.contains("internal error"), "{}", done.err);
        let mut all = Vec::new();
        walk(self.root.path(), self.root.path(), &mut all);
        for name in all.iter().filter(|n| !n.starts_with("aside/")) {
            assert!(name.starts_with("work/"), "left in TMPDIR: {name}");
            assert!(!name.contains(".blindlink-"), "left behind: {name}");
        }
        done
    }

    /// Runs the program, which must succeed.
    pub fn ok(&self, args: &[&str]) -> Done {
        let done = self.run(args);
        assert_eq!(done.code, 0, "{args:?}: {}", done.err);
        done
    }

    /// Runs the program with the words of `line`, which must succeed.
    pub fn line(&self, line: &str) -> Done {
        self.ok(&words(line))
    }

    /// Runs the program, which must fail with `code` and say each of `texts`, print nothing on
    /// standard output, and change no file.
    pub fn fails(&self, args: &[&str], code: i32, texts: &[&str]) -> Done {
        let before = self.files();
        let done = self.run(args);
        self.check_failure(&done, &before, code, texts);
        done
    }

    /// As [`Dir::fails`], for a run that has been.
    pub fn check_failure(&self, done: &Done, before: &Files, code: i32, texts: &[&str]) {
        assert_eq!(done.code, code, "{}", done.err);
        assert_eq!(done.out, "");
        for text in texts {
            assert!(
                done.err.contains(text),
                "expected `{text}` in: {}",
                done.err
            );
        }
        assert_eq!(&self.files(), before, "files changed by a failed run");
    }

    /// Encodes `table` under `p.toml` and `k` as `party` into `PARTY.tokens`.
    pub fn encode(&self, table: &str, party: &str) -> Done {
        self.ok(&encode_args(table, party, &format!("{party}.tokens")))
    }

    /// [`Dir::fails`] for the encoding of `table` by party `a`.
    pub fn encode_fails(&self, table: &str, code: i32, texts: &[&str]) -> Done {
        self.fails(&encode_args(table, "a", "x.tokens"), code, texts)
    }
}

/// Files that were taken away, and come back when this is dropped.
pub struct Aside {
    taken: Vec<(PathBuf, PathBuf)>,
    place: PathBuf,
}

impl Drop for Aside {
    fn drop(&mut self) {
        for (path, to) in &self.taken {
            std::fs::rename(to, path).unwrap();
        }
        std::fs::remove_dir(&self.place).unwrap();
    }
}

/// Whether a file is a secret of the owners, or tells whose a record is.
fn stays_with_owners(bytes: &[u8]) -> bool {
    let words = [
        "blindlink-key-",
        "blindlink-identity-",
        "blindlink-sealed-",
        "record_ref,student_id",
    ];
    bytes.len() == 32 || words.iter().any(|word| bytes.starts_with(word.as_bytes()))
}

/// The built program.
pub fn program() -> PathBuf {
    cargo_bin!("blindlink").to_path_buf()
}

/// A file of `testdata/` by its absolute path.
pub fn testdata(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name);
    path.to_str().unwrap().to_owned()
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    let mut names = Vec::new();
    walk(root, folder, &mut names);
    for name in names {
        let bytes = std::fs::read(root.join(&name)).unwrap();
        let print = (bytes.len() as u64, *blake3::hash(&bytes).as_bytes());
        files.insert(name, print);
    }
}

/// The paths, from `root`, of all files below `folder`.
fn walk(root: &Path, folder: &Path, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, names);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            names.push(name.replace('\\', "/"));
        }
    }
}

/// The rows of a CSV file without its header, which must be `header`.
pub fn rows(text: &str, header: &str) -> Vec<Vec<String>> {
    let (first, rest) = text.split_once('\n').unwrap();
    assert_eq!(first, header);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(rest.as_bytes());
    reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}
