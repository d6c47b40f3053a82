//! Which column is which field: as the user says, by the preset of the export, or by the headers that
//! student systems use.

use std::path::Path;

use super::headers::{self, ALIAS_MIDDLE, BIRTHDATE, LAST, ONLY_FIRST, ONLY_LAST, STUDENT_ID};
use super::preset::{Column, Preset};
use super::{Field, Mapping, NEAR, fold};
use crate::error::{Error, Result};

/// For each field the columns that were taken for it, by their places and by the file's own headers:
/// one at most, but for aliases, and for middle names: those of aliases count where the own one is empty.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    chosen: [Vec<(usize, String)>; Field::ALL.len()],
}

impl Columns {
    /// The header of the first column taken for `field`, as the file spells it; `None` if there is
    /// none.
    #[must_use]
    pub fn header(&self, field: Field) -> Option<&str> {
        self.headers(field).next()
    }

    /// The headers of all columns taken for `field`: in the order of the file, or in the order in
    /// which the user named them.
    pub fn headers(&self, field: Field) -> impl Iterator<Item = &str> {
        let chosen = &self.chosen[field as usize];
        chosen.iter().map(|(_, header)| header.as_str())
    }

    /// The fields of a person for which the file has no column.
    pub fn missing(&self) -> impl Iterator<Item = Field> {
        Field::ALL
            .into_iter()
            .filter(|&field| !field.is_aside() && self.header(field).is_none())
    }

    pub(super) fn index(&self, field: Field) -> Option<usize> {
        self.of(field).first().map(|(index, _)| *index)
    }

    /// The columns taken for `field`, with their headers.
    pub(super) fn of(&self, field: Field) -> &[(usize, String)] {
        &self.chosen[field as usize]
    }

    /// Chooses a column for each field.
    pub(super) fn choose(
        path: &Path,
        headers: &[String],
        preset: &'static Preset,
        mapping: &Mapping,
    ) -> Result<Self> {
        let folded: Vec<String> = headers.iter().map(|h| fold(h)).collect();
        let found = Finder {
            path,
            headers,
            folded: &folded,
            preset,
        };
        if !mapping.has_headers() || !preset.has_headers() {
            return found.placed(mapping);
        }
        // PRIVACY: before a header is named in a message, the first line must have proved to be one.
        if !found.is_header_line(mapping) {
            return Err(found
                .error("the first line holds no header that is known")
                .hint(
                    "the first line must name the columns, for example student_id, last_name, \
                     first_name, birthdate; own names can be given with --map last=\"LNAME\"",
                ));
        }
        found.refuse_duplicates()?;
        let mut columns = Self::default();
        for field in Field::ALL {
            let indices = found.columns(field, mapping, &columns)?;
            columns.chosen[field as usize] = indices
                .into_iter()
                .map(|index| (index, headers[index].clone()))
                .collect();
        }
        found.check(&columns)?;
        Ok(columns)
    }
}

/// What a column without a header is called: `#3`.
pub(super) fn numbered(width: usize) -> Vec<String> {
    (1..=width).map(|i| format!("#{i}")).collect()
}

struct Finder<'a> {
    path: &'a Path,
    headers: &'a [String],
    folded: &'a [String],
    preset: &'static Preset,
}

impl Finder<'_> {
    fn error(&self, problem: impl Into<String>) -> Error {
        Error::input(self.path, problem).line(1)
    }

    /// Whether some cell of the first line is a known header or one that the user named, and
    /// none looks like data.
    fn is_header_line(&self, mapping: &Mapping) -> bool {
        let known = |h: &String| {
            Field::ALL
                .iter()
                .any(|&f| headers::of(f).contains(&h.as_str()))
        };
        let named = |h: &String| mapping.named().any(|(_, m)| !h.is_empty() && fold(m) == *h);
        let data = |h: &String| {
            let digits = h.bytes().filter(u8::is_ascii_digit).count();
            digits >= 3
                && h.bytes()
                    .all(|b| b.is_ascii_digit() || b"/-. ".contains(&b))
        };
        self.folded.iter().any(|h| known(h) || named(h)) && !self.headers.iter().any(data)
    }

    fn refuse_duplicates(&self) -> Result<()> {
        for (i, header) in self.headers.iter().enumerate() {
            if !header.is_empty() && self.headers[..i].contains(header) {
                return Err(self
                    .error("two columns have this name")
                    .column(header)
                    .hint("rename or remove one of them"));
            }
        }
        Ok(())
    }

    /// The columns of `field`; `before` are those of the fields before it.
    fn columns(&self, field: Field, mapping: &Mapping, before: &Columns) -> Result<Vec<usize>> {
        if !mapping.is_declared(field) {
            return Ok(Vec::new());
        }
        let wanted = mapping.headers(field);
        if !wanted.is_empty() {
            // An empty header is that of no column.
            let wanted = wanted.iter().filter(|w| !w.is_empty());
            return wanted.map(|w| self.named(field, w, mapping)).collect();
        }
        let is_taken = |i: usize| {
            // A column that the user gave to one field is not a candidate for another.
            mapping.named().any(|(_, m)| self.find(m) == Some(i))
                || Field::ALL.iter().any(|&f| before.index(f) == Some(i))
        };
        let candidates = |known: &[&str]| -> Vec<usize> {
            (0..self.headers.len())
                .filter(|&i| known.contains(&self.folded[i].as_str()) && !is_taken(i))
                .collect()
        };
        let mut found: Vec<usize> = Vec::new();
        // The first header of a preset that is there is meant, whatever others are. Of aliases all are.
        for column in self.preset.columns(field) {
            if let Column::Header(header) = column
                && (found.is_empty() || field.is_alias())
            {
                found.extend(candidates(&[header]));
            }
        }
        if found.is_empty() || field.is_alias() {
            found.extend(candidates(headers::of(field)));
            found.sort_unstable();
            found.dedup();
        }
        if found.is_empty() {
            found = match field {
                Field::First => candidates(ONLY_FIRST),
                Field::Last => candidates(ONLY_LAST),
                _ => found,
            };
        }
        if let [a, b, ..] = found[..]
            && !field.is_alias()
        {
            let (a, b) = (&self.headers[a], &self.headers[b]);
            return Err(self
                .error(format!(
                    "two columns could be the {}: \"{a}\" and \"{b}\"",
                    field.noun()
                ))
                .hint(format!("choose one, for example --map {field}=\"{a}\"")));
        }
        if field == Field::Middle {
            found.extend(candidates(ALIAS_MIDDLE));
        }
        Ok(found)
    }

    /// The columns of a file without headers: by the preset, and by what the user says.
    fn placed(&self, mapping: &Mapping) -> Result<Columns> {
        let mut columns = Columns::default();
        for field in Field::ALL.into_iter().filter(|f| mapping.is_declared(*f)) {
            let wanted = mapping.headers(field);
            let places: Vec<usize> = if wanted.is_empty() {
                let of_preset = self.preset.columns(field).filter_map(|c| match c {
                    Column::Place(place) => Some(place - 1),
                    Column::Header(_) => None,
                });
                of_preset.filter(|i| *i < self.headers.len()).collect()
            } else {
                let wanted = wanted.iter().filter(|w| !w.is_empty());
                wanted
                    .map(|w| self.named(field, w, mapping))
                    .collect::<Result<_>>()?
            };
            let named = places.into_iter().map(|i| (i, self.headers[i].clone()));
            columns.chosen[field as usize] = named.collect();
        }
        if columns.header(Field::StudentId).is_none() {
            return Err(self
                .error("a file without headers: which column holds the student id, cannot be known")
                .hint("name columns by their numbers, for example --map id=#1 --map last=#2"));
        }
        self.check(&columns)?;
        Ok(columns)
    }

    /// The column whose header is `wanted`: letter by letter, otherwise folded.
    fn find(&self, wanted: &str) -> Option<usize> {
        let exact = self.headers.iter().position(|h| h == wanted);
        exact.or_else(|| {
            let wanted = fold(wanted);
            self.folded
                .iter()
                .position(|h| *h == wanted && !h.is_empty())
        })
    }

    fn named(&self, field: Field, wanted: &str, mapping: &Mapping) -> Result<usize> {
        let Some(index) = self.find(wanted) else {
            let mut e = self.error(format!(
                "there is no column \"{wanted}\", which --map {field}= names"
            ));
            if let Some(near) = self.nearest(&[fold(wanted).as_str()]) {
                e = e.hint(format!("did you mean --map {field}=\"{near}\"?"));
            }
            return Err(e);
        };
        let mut same = mapping
            .named()
            .filter(|(_, m)| self.find(m) == Some(index))
            .map(|(other, _)| other);
        match (same.next(), same.next()) {
            (Some(a), Some(b)) => {
                let other = if a == field { b } else { a };
                Err(Error::usage(format!(
                    "--map {field}= and --map {other}= name the same column, \"{wanted}\""
                )))
            }
            _ => Ok(index),
        }
    }

    fn nearest(&self, wanted: &[&str]) -> Option<&str> {
        let likeness = |h: &String| {
            wanted
                .iter()
                .map(|w| strsim::jaro_winkler(h, w))
                .fold(0.0, f64::max)
        };
        self.folded
            .iter()
            .zip(self.headers)
            .map(|(folded, header)| (likeness(folded), header))
            .filter(|(score, header)| *score >= NEAR && !header.is_empty())
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, header)| header.as_str())
    }

    /// Whether there is enough to link by.
    fn check(&self, columns: &Columns) -> Result<()> {
        if columns.header(Field::StudentId).is_none() {
            let hint = match self.nearest(STUDENT_ID) {
                Some(near) => format!("if it is \"{near}\", say --map id=\"{near}\""),
                None => "name it with --map id=\"...\"".into(),
            };
            return Err(self
                .error(format!(
                    "no column for the student id; looked for {}",
                    STUDENT_ID.join(", ")
                ))
                .hint(hint));
        }
        let found = |f| columns.header(f).is_some();
        if !found(Field::Last) && !found(Field::Birthdate) {
            return Err(self
                .error(format!(
                    "neither a last name nor a birthdate column; looked for {} and {}",
                    LAST.join(", "),
                    BIRTHDATE.join(", ")
                ))
                .hint("name them with --map last=\"...\" --map birthdate=\"...\""));
        }
        Ok(())
    }
}
