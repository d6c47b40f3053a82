//! The names of a row, out of the columns that hold them: each in its own, or all in one.

use std::borrow::Cow;

use super::preset::Preset;
use super::rows::Rows;
use super::{Columns, Field};
use crate::error::Result;

/// Where the id and the names of a row stand.
pub(super) struct NameColumns {
    id: Option<usize>,
    first: Option<usize>,
    /// Of these the first that is not empty counts.
    middle: Vec<usize>,
    last: Option<usize>,
    /// The last name's column holds all names, `Last,First Middle`.
    is_whole: bool,
    /// What stands before the last name, such as `van`, in a column of its own.
    prefix: Option<usize>,
    alias_first: Vec<usize>,
    alias_last: Vec<usize>,
}

/// The names of a row, but for aliases.
pub(super) struct Names<'a> {
    pub(super) first: &'a str,
    pub(super) middle: &'a str,
    pub(super) last: Cow<'a, str>,
}

/// Which field a cell of [`NameColumns::pack`] is of.
pub(super) enum Packed<'a> {
    Id(&'a str),
    First(&'a str),
    Last(&'a str),
}

/// Between two cells that are packed. No text holds it: the guard refuses one that does.
const BETWEEN: char = '\0';

impl NameColumns {
    /// `find` finds a folded header.
    pub(super) fn of(
        columns: &Columns,
        preset: &Preset,
        find: impl Fn(&str) -> Option<usize>,
    ) -> Self {
        let places = |field| columns.of(field).iter().map(|(index, _)| *index).collect();
        let last = columns.index(Field::Last);
        let whole = preset.whole.and_then(&find);
        Self {
            id: columns.index(Field::StudentId),
            is_whole: whole.is_some() && whole == last,
            first: columns.index(Field::First),
            middle: places(Field::Middle),
            last,
            prefix: preset.prefix.and_then(find),
            alias_first: places(Field::AliasFirst),
            alias_last: places(Field::AliasLast),
        }
    }

    /// The names of the current row.
    pub(super) fn read<'a>(&self, rows: &'a Rows) -> Result<Names<'a>> {
        let last = cell(rows, self.last)?;
        if self.is_whole {
            return Ok(divide(last));
        }
        let mut middle = "";
        for index in &self.middle {
            if middle.is_empty() {
                middle = cell(rows, Some(*index))?;
            }
        }
        let prefix = cell(rows, self.prefix)?;
        Ok(Names {
            first: cell(rows, self.first)?,
            middle,
            last: if prefix.is_empty() {
                Cow::Borrowed(last)
            } else {
                Cow::Owned(format!("{prefix} {last}"))
            },
        })
    }

    /// Id, first and last name and all aliases of the current row as one text.
    pub(super) fn pack(&self, rows: &Rows) -> Result<Box<str>> {
        let names = self.read(rows)?;
        let mut packed = String::with_capacity(64);
        packed.push_str(cell(rows, self.id)?);
        packed.push(BETWEEN);
        packed.push_str(names.first);
        packed.push(BETWEEN);
        packed.push_str(&names.last);
        for index in self.alias_first.iter().chain(&self.alias_last) {
            packed.push(BETWEEN);
            packed.push_str(cell(rows, Some(*index))?);
        }
        Ok(packed.into_boxed_str())
    }

    /// What is in a packed text.
    pub(super) fn unpack<'a>(&self, packed: &'a str) -> impl Iterator<Item = Packed<'a>> {
        let firsts = 3 + self.alias_first.len();
        packed
            .split(BETWEEN)
            .enumerate()
            .map(move |(i, cell)| match i {
                0 => Packed::Id(cell),
                1 => Packed::First(cell),
                i if i >= 3 && i < firsts => Packed::First(cell),
                _ => Packed::Last(cell),
            })
    }
}

fn cell(rows: &Rows, index: Option<usize>) -> Result<&str> {
    match index {
        Some(index) => rows.cell(index, || "of a name"),
        None => Ok(""),
    }
}

/// `Last,First Middle`: the first word behind the comma is the first name. Without a comma all is the last
/// name.
fn divide(whole: &str) -> Names<'_> {
    let (last, given) = whole.split_once(',').unwrap_or((whole, ""));
    let given = given.trim();
    let (first, middle) = given.split_once(char::is_whitespace).unwrap_or((given, ""));
    Names {
        first,
        middle: middle.trim(),
        last: Cow::Borrowed(last.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cell_is_divided_at_its_comma_and_its_first_blank() {
        let parts = |whole| {
            let names = divide(whole);
            (names.last.into_owned(), names.first, names.middle)
        };
        let expected = ("Asdf Jr".to_owned(), "Zzyzx", "Qwe Rty");
        assert_eq!(parts("Asdf Jr, Zzyzx  Qwe Rty"), expected);
        assert_eq!(parts("Asdf,Zzyzx"), ("Asdf".to_owned(), "Zzyzx", ""));
        assert_eq!(parts("Asdf"), ("Asdf".to_owned(), "", ""));
        assert_eq!(parts(""), (String::new(), "", ""));
    }
}
