//! Which format the birthdates of a column are written in.
//!
//! A format holds for the whole column. It is decided by the column itself where that is sound,
//! and asked for where it is not: `03/04/2005` is two dates.

use super::dates::{Form, birth, form, is_plausible};
use super::rows::Rows;
use super::{Birth, DateFormat};
use crate::error::{Error, Result, Shape};

/// Rows after which the search may stop, if the column has decided itself by then.
const ENOUGH_ROWS: u64 = 200_000;

/// How often one thing must outnumber another before the other is taken for slips of the hand.
const OUTNUMBERED: u64 = 100;

/// How many cells are of a kind, where the first one stands, and what it looks like.
#[derive(Clone, Default)]
struct Count {
    n: u64,
    line: u64,
    shape: Option<Shape>,
}

impl Count {
    fn add(&mut self, cell: &str, line: u64) {
        if self.n == 0 {
            self.line = line;
            self.shape = Some(Shape::of(cell));
        }
        self.n += 1;
    }

    /// The place and the look of the first one.
    fn first(&self) -> Place {
        let shape = self.shape.as_ref().map(Shape::to_string);
        (self.line, shape.unwrap_or_default())
    }
}

/// A line, and the shape of the cell there.
type Place = (u64, String);

/// What was seen in the column so far.
#[derive(Default)]
struct Tally {
    filled: u64,
    year_first: Count,
    year_last: Count,
    compact: Count,
    year_only: Count,
    serial: Count,
    /// Day, month by its name, year.
    named: Count,
    short_year: Count,
    short_named: Count,
    other: Count,
    /// Of year first, year last, eight digits and names: cells that are dates that exist, in whichever order.
    exist: [u64; 4],
    /// Of `year_only`: those in which somebody can have been born.
    plausible_years: u64,
    /// Of `year_last`: only the first part can be the day.
    day_first: Count,
    /// Of `year_last`: only the second part can be the day.
    day_second: Count,
}

impl Tally {
    fn add(&mut self, cell: &str, line: u64) {
        let exists = |y, m, d| u64::from(birth(y, m, d) != Birth::Invalid);
        match form(cell) {
            Form::Missing => return,
            Form::YearFirst(y, m, d) => {
                self.year_first.add(cell, line);
                self.exist[0] += exists(y, m, d);
            }
            Form::YearLast(a, b, y) => {
                self.year_last.add(cell, line);
                let (dmy, mdy) = (exists(y, b, a), exists(y, a, b));
                self.exist[1] += dmy | mdy;
                if a > 12 && dmy == 1 {
                    self.day_first.add(cell, line);
                } else if b > 12 && mdy == 1 {
                    self.day_second.add(cell, line);
                }
            }
            Form::Compact(y, m, d) => {
                self.compact.add(cell, line);
                self.exist[2] += exists(y, m, d);
            }
            Form::YearOnly(y) => {
                self.year_only.add(cell, line);
                self.plausible_years += u64::from(is_plausible(y));
            }
            Form::Serial(_) => self.serial.add(cell, line),
            Form::Named(d, m, y) => {
                self.named.add(cell, line);
                self.exist[3] += exists(y, m, d);
            }
            Form::ShortYear(..) => self.short_year.add(cell, line),
            Form::ShortNamed(..) => self.short_named.add(cell, line),
            Form::Other => self.other.add(cell, line),
        }
        self.filled += 1;
    }

    /// The format, `None` for a column that is empty so far, or why it cannot be told.
    fn format(&self) -> std::result::Result<Option<DateFormat>, Undecided> {
        if self.filled == 0 {
            return Ok(None);
        }
        // Numbers are days only where nothing else stands: among dates they are slips, or codes.
        if self.serial.n == self.filled {
            return Ok(Some(DateFormat::Excel));
        }
        let other = if self.other.n == 0 {
            &self.serial
        } else {
            &self.other
        };
        let others = self.other.n + self.serial.n;
        let mut forms = [
            (&self.year_first, "year first"),
            (&self.year_last, "year last"),
            (&self.compact, "eight digits"),
            (&self.named, NAMED),
            (&self.short_year, "a year of two digits"),
            (&self.short_named, SHORT_NAMED),
        ];
        // Years alone stand among dates of any form, where no more is known.
        let years = self.year_only.n;
        let filled = self.filled - years;
        if years > 0 && filled * OUTNUMBERED <= years {
            return if self.plausible_years * 2 > years {
                Ok(Some(DateFormat::Year))
            } else {
                Err(Undecided::Impossible(
                    self.year_only.first(),
                    "a year alone",
                ))
            };
        }
        forms.sort_by_key(|(count, _)| std::cmp::Reverse(count.n));
        let [(most, name), (next, next_name), ..] = forms;
        if most.n * 2 <= filled && others >= next.n {
            return Err(Undecided::NoDates(other.first()));
        }
        if next.n * OUTNUMBERED > most.n {
            return Err(Undecided::Mixed(
                most.first(),
                name,
                next.first(),
                next_name,
            ));
        }
        let (format, exist) = match name {
            "year first" => (DateFormat::Iso, self.exist[0]),
            "eight digits" => (DateFormat::Compact, self.exist[2]),
            "year last" => (self.order()?, self.exist[1]),
            NAMED => (DateFormat::DayNameYear, self.exist[3]),
            SHORT_NAMED => return Err(Undecided::ShortYear(most.first(), "dmonyy")),
            _ => return Err(Undecided::ShortYear(most.first(), "mdyy or dmyy")),
        };
        if exist * 2 <= most.n {
            return Err(Undecided::Impossible(most.first(), name));
        }
        Ok(Some(format))
    }

    /// Month or day first.
    fn order(&self) -> std::result::Result<DateFormat, Undecided> {
        let (dmy, mdy) = (&self.day_first, &self.day_second);
        let (more, fewer) = (dmy.n.max(mdy.n), dmy.n.min(mdy.n));
        if fewer > 0 && more < fewer * OUTNUMBERED {
            return Err(Undecided::BothOrders(dmy.first(), mdy.line));
        }
        // Of real birthdates three in five fall after the twelfth: one in a hundred of them is the
        // least that can speak for the rest.
        if more == 0 || more * OUTNUMBERED < self.year_last.n {
            return Err(Undecided::Ambiguous(self.year_last.first()));
        }
        Ok(if dmy.n > mdy.n {
            DateFormat::DayMonthYear
        } else {
            DateFormat::MonthDayYear
        })
    }
}

/// Forms of dates with the name of a month.
const NAMED: &str = "the month by its name";
const SHORT_NAMED: &str = "the month by its name and a year of two digits";

/// Why a column has no format that can be relied on, with the cells that show it.
#[derive(Clone)]
enum Undecided {
    NoDates(Place),
    Mixed(Place, &'static str, Place, &'static str),
    /// With the formats that could be meant.
    ShortYear(Place, &'static str),
    Impossible(Place, &'static str),
    /// The second line is that of a cell in which the day stands second.
    BothOrders(Place, u64),
    Ambiguous(Place),
}

impl Undecided {
    fn error(self, rows: &Rows, header: &str) -> Error {
        const EXPORT: &str = "export the column as YYYY-MM-DD";
        let (line, problem, hint) = match self {
            Self::NoDates((line, shape)) => (
                line,
                format!(
                    "most cells are not dates in a form that is read: expected, for example, 9999-99-99 or 99/99/9999, found {shape}"
                ),
                EXPORT.to_owned(),
            ),
            Self::Mixed((most, of_most), name, (next, of_next), next_name) => (
                next,
                format!(
                    "two forms of dates in one column: {name} in line {most} ({of_most}), {next_name} in line {next} ({of_next})"
                ),
                EXPORT.to_owned(),
            ),
            Self::ShortYear((line, shape), formats) => (
                line,
                format!("dates with a year of two digits: the century cannot be told, found {shape}"),
                format!(
                    "{EXPORT}, or say --date-format {formats}: 30 to 99 are then 1930 to 1999, and 00 to 29 are 2000 to 2029"
                ),
            ),
            Self::Impossible((line, shape), name) => (
                line,
                format!(
                    "most cells have the form of dates ({name}, {shape}) but name no day that exists"
                ),
                EXPORT.to_owned(),
            ),
            Self::BothOrders((dmy, shape), mdy) => (
                dmy,
                format!("the day comes first in line {dmy} and second in line {mdy} ({shape})"),
                "correct the lines, or say --date-format mdy or --date-format dmy; cells of the other order are then invalid".to_owned(),
            ),
            Self::Ambiguous((line, shape)) => (
                line,
                format!(
                    "month and day cannot be told apart in {shape}: no day above 12 decides"
                ),
                "say --date-format mdy (month first) or --date-format dmy (day first)".to_owned(),
            ),
        };
        Error::input(rows.path(), problem)
            .line(line)
            .column(header)
            .hint(hint)
    }
}

/// Finds the format of column `index` in the rows that are left; `None` if it is empty. Where month and day cannot
/// be told apart, they stand as they do in `usual`, the format that the system is known to write.
pub(super) fn decide(
    mut rows: Rows,
    index: usize,
    header: &str,
    usual: Option<DateFormat>,
) -> Result<Option<DateFormat>> {
    let mut tally = Tally::default();
    let mut seen = 0;
    while rows.advance()? {
        tally.add(rows.cell(index, || header)?, rows.line());
        seen += 1;
        if seen % ENOUGH_ROWS == 0
            && let Ok(Some(format)) = tally.format()
        {
            return Ok(Some(format));
        }
    }
    match (tally.format(), usual) {
        (
            Err(Undecided::Ambiguous(_)),
            Some(DateFormat::MonthDayYear | DateFormat::DayMonthYear),
        ) => Ok(usual),
        (format, _) => format.map_err(|why| why.error(&rows, header)),
    }
}
