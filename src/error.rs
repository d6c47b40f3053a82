//! The one error type: what went wrong, where, what was expected, what to do next.
//!
//! An error never carries the content of a cell. What was found is described by its
//! [`Shape`]: which classes of characters it is made of, in which order.

use std::fmt;
use std::path::{Path, PathBuf};

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of failure it is; decides the exit code of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// The operating system refused a read or a write, or a bug in this program. Exit code 1.
    Io,
    /// The command was called in a way that cannot be meant. Exit code 2.
    Usage,
    /// An input file was rejected. Exit code 3.
    Input,
    /// Files that are each valid do not belong together. Exit code 4.
    Mismatch,
}

impl Class {
    /// The process exit code of this class, 1 to 4.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Io => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Mismatch => 4,
        }
    }
}

/// A position in an input file. Lines are counted from 1 and include the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// The line, from 1, counting the header.
    pub line: Option<u64>,
    /// The column, by the name the file itself gives it.
    pub column: Option<String>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column \"{column}\"")?;
        }
        Ok(())
    }
}

/// What a cell looks like, without its content: `Aaaaa-Aaaa 99` for a name and a number.
///
/// # Privacy
/// Letters become `A` or `a`, digits `9`, and the only other characters that stay are blanks and `- / . , : '`; all the rest
/// become `?`. The text itself cannot be read back. A shape may be shown on a screen and sent to a help desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(String);

impl Shape {
    /// Runs of one character that are longer than this are written as it and their length: `a{20}`.
    const RUN: usize = 12;
    /// A shape of more characters than this ends in `...`.
    const LONGEST: usize = 48;

    /// The shape of `cell`, for example `9999-99` for `2006-05`; `nothing` for an empty one.
    #[must_use]
    pub fn of(cell: &str) -> Self {
        if cell.is_empty() {
            return Self("nothing".into());
        }
        let class = |c: char| match c {
            c if c.is_numeric() => '9',
            c if c.is_uppercase() => 'A',
            c if c.is_alphabetic() => 'a',
            ' ' | '-' | '/' | '.' | ',' | ':' | '\'' => c,
            _ => '?',
        };
        let mut shape = String::new();
        let mut classes = cell.chars().map(class).peekable();
        while let Some(class) = classes.next() {
            let mut n = 1;
            while classes.next_if_eq(&class).is_some() {
                n += 1;
            }
            if n > Self::RUN {
                shape += &format!("{class}{{{n}}}");
            } else {
                shape.extend(std::iter::repeat_n(class, n));
            }
            if shape.len() > Self::LONGEST {
                shape.truncate(Self::LONGEST);
                shape += "...";
                break;
            }
        }
        Self(shape)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An error with its place and its way out.
///
/// Printed as `path:line: column "X": problem`, then details, then a `hint:` line, where there are any.
///
/// # Privacy
/// Built from positions, column names, counts and [`Shape`]s only.
pub struct Error(Box<Inner>);

struct Inner {
    class: Class,
    location: Option<Location>,
    problem: String,
    details: Vec<String>,
    hint: Option<String>,
    source: Option<std::io::Error>,
}

impl Error {
    fn new(class: Class, problem: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            class,
            location: None,
            problem: problem.into(),
            details: Vec::new(),
            hint: None,
            source: None,
        }))
    }

    /// An input file was rejected: `problem` says what is wrong and what was expected.
    pub fn input(path: impl AsRef<Path>, problem: impl Into<String>) -> Self {
        Self::new(Class::Input, problem).at(path)
    }

    /// Files that are each valid do not belong together.
    pub fn mismatch(problem: impl Into<String>) -> Self {
        Self::new(Class::Mismatch, problem)
    }

    /// The command was called in a way that cannot be meant.
    pub fn usage(problem: impl Into<String>) -> Self {
        Self::new(Class::Usage, problem)
    }

    /// The operating system refused to `action` (for example "read", "write") at `path`.
    pub fn io(action: &str, path: impl AsRef<Path>, source: std::io::Error) -> Self {
        let mut e = Self::new(Class::Io, format!("cannot {action}: {}", describe(&source)));
        e.0.source = Some(source);
        e.at(path)
    }

    /// A state that the program's own logic excludes. Exit code 1.
    pub fn internal(problem: impl Into<String>) -> Self {
        Self::new(Class::Io, format!("internal error: {}", problem.into()))
            .hint("this is a bug in blindlink; please report it, without any data")
    }

    /// The same error, placed in the file at `path`.
    #[must_use]
    pub fn at(mut self, path: impl AsRef<Path>) -> Self {
        self.location_mut().path = path.as_ref().to_path_buf();
        self
    }

    /// The same error, placed at a line (from 1, counting the header).
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.location_mut().line = Some(line);
        self
    }

    /// The same error, placed in a column, by the header that the file itself gives it.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.location_mut().column = Some(column.into());
        self
    }

    /// The same error with a next step for the reader. Replaces an earlier hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same error with lines that say more, below the problem.
    #[must_use]
    pub fn details(mut self, lines: Vec<String>) -> Self {
        self.0.details = lines;
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn class(&self) -> Class {
        self.0.class
    }

    /// Where it happened, if in a file.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// The sentence that says what is wrong, without place and hint.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.0.problem
    }

    fn location_mut(&mut self) -> &mut Location {
        self.0.location.get_or_insert_with(Location::default)
    }
}

/// The operating system's error in plain words where the usual ones are known.
fn describe(e: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    // Windows, 32 and 33: the file, or a part of it, is locked by another program.
    if cfg!(windows) && matches!(e.raw_os_error(), Some(32 | 33)) {
        return "another program has it open: close it there, in Excel for example, and try again"
            .into();
    }
    match e.kind() {
        K::NotFound => "no such file or folder".into(),
        K::PermissionDenied => "permission denied".into(),
        K::AlreadyExists => "it exists already".into(),
        K::StorageFull => "the disk is full".into(),
        K::IsADirectory => "it is a folder, not a file".into(),
        _ => e.to_string(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.0.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.0.problem)?;
        for line in &self.0.details {
            write!(f, "\n  {line}")?;
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.0.class)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|e| e as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_never_shows_the_text() {
        let shape = |cell: &str| Shape::of(cell).to_string();
        assert_eq!(shape("Zzyzx-7"), "Aaaaa-9");
        assert_eq!(shape("Ñuñez O'Qx"), "Aaaaa A'Aa");
        assert_eq!(shape("1.23E+09"), "9.99A?99");
        assert_eq!(shape("<b>\t@"), "?a???");
        assert_eq!(shape(&"q".repeat(12)), "a".repeat(12));
        assert_eq!(shape(&format!("Q{}", "q".repeat(20))), "Aa{20}");
        assert_eq!(shape(""), "nothing");
        assert_eq!(shape(&"q1".repeat(500_000)).len(), 51);
    }

    #[test]
    fn message_has_place_problem_and_hint() {
        let e = Error::input("a.csv", "expected a date")
            .line(7)
            .column("DOB")
            .hint("try --date-format");
        assert_eq!(
            e.to_string(),
            "a.csv:7: column \"DOB\": expected a date\nhint: try --date-format"
        );
        assert_eq!(e.class().exit_code(), 3);
    }
}
