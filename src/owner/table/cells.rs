//! Every cell of what a user gave, whatever its column is for: to look for what must not be somewhere else.

use std::path::Path;

use super::input::Input;
use super::preset::{Preset, Sign};
use super::rows::{Layout, Rows};
use super::{Mapping, columns};
use crate::error::Result;

/// Gives `each` all cells of all tables of the file, archive or folder at `path` that a [`Table`](super::Table)
/// of it would read, also of columns that it would drop: the header of the cell's column, and the cell.
/// Returns the rows that were read, and those that could not be divided into their cells.
///
/// # Privacy
/// `each` sees everything that is in the file.
///
/// # Errors
/// As [`Table::open`](super::Table::open), as far as it is about reading; those of `each`.
pub fn each_cell(
    path: &Path,
    mapping: &Mapping,
    mut each: impl FnMut(&str, &str) -> Result<()>,
) -> Result<(u64, u64)> {
    let input = Input::find(path, mapping)?;
    let (mut read, mut bad) = (0, 0);
    let beside = input.demographics.iter().chain(&input.roles);
    for source in std::iter::once(&input.students).chain(beside) {
        let mut layout = Layout::of(source, mapping, None)?;
        let mut headers = Rows::open(&layout)?.headers()?;
        let preset = mapping
            .preset()
            .unwrap_or_else(|| Preset::of(&headers, layout.delimiter));
        if let Sign::Cell(_, record) = preset.sign {
            layout.record = Some(record);
        }
        let mut rows = Rows::open(&layout)?;
        if preset.has_headers() && mapping.has_headers() {
            rows.headers()?;
        } else {
            headers.clear();
        }
        while rows.advance()? {
            read += 1;
            if headers.is_empty() {
                headers = columns::numbered(rows.width());
            }
            for (index, header) in headers.iter().enumerate() {
                each(header, rows.cell(index, || header)?)?;
            }
        }
        bad += rows.bad().rows().len() as u64;
    }
    Ok((read, bad))
}
