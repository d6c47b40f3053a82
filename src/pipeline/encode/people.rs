//! The people of a table, read and normalised once, close together in memory.

use std::sync::Arc;

use rayon::prelude::*;

use super::part::AHEAD;
use crate::error::{Error, Result};
use crate::owner::decoy::Decoys;
use crate::owner::encode::{Encoder, Order};
use crate::owner::normalise::{self, Gender, NamesNumber, Namesakes, Person};
use crate::owner::table::{Birth, OptOut, OptOuts, Record, Table, is_mangled_id};
use crate::units::{BirthDate, is_plant};

/// Records read at a time.
const CHUNK: usize = 1 << 13;
/// Bytes of text beyond which a batch takes no more rows.
const MOST_TEXT: usize = 1 << 28;

/// Some rows of a table, in their order, with the people that they describe.
///
/// # Privacy
/// Personal data, in memory only. It has no `Debug`.
#[derive(Default)]
pub(super) struct People {
    /// Of each row the texts of its person, each with a line end behind it, then the student id.
    texts: String,
    rows: Vec<Row>,
    /// The line of the first row of the table whose id is that of a planted person.
    feigned: Option<u64>,
}

/// Which names more than one record has.
///
/// A planted person changes nothing for the people of the table: it is nobody's namesake. Yet it has its own names to itself
/// only if nobody else has them, since no name of a file may repeat in a pass on names.
#[derive(Default)]
pub(super) struct Names {
    of_table: Namesakes,
    of_planted: Namesakes,
}

impl Names {
    /// Whether somebody else has the names of a person who was planted, or was not.
    fn are_shared(&self, names: NamesNumber, is_planted: bool) -> bool {
        if is_planted {
            self.of_planted.is_repeated(names) || self.of_table.holds(names)
        } else {
            self.of_table.is_repeated(names)
        }
    }
}

/// What is known of a row beside its texts.
pub(super) struct Row {
    /// Where its texts end.
    end: usize,
    /// The line on which it starts.
    pub(super) line: u64,
    /// The birthdate, as the file has it.
    pub(super) birth: Birth,
    /// Why its person is left out, if so: nothing of it is then kept but the id.
    pub(super) opt_out: Option<OptOut>,
    /// The column of opt-outs says that its person has opted out, whether that counts or not.
    pub(super) is_held: bool,
    /// Whether its id was cut by a spreadsheet.
    pub(super) is_mangled: bool,
    /// Whether its person was planted and is not of the table.
    pub(super) is_planted: bool,
    gender: Option<Gender>,
    birthdate: Option<BirthDate>,
    birth_year: Option<u16>,
    names: Option<NamesNumber>,
    /// Where its person stands in the order of encoding, if that was asked for.
    pub(super) order: Order,
}

impl People {
    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn row(&self, i: usize) -> &Row {
        &self.rows[i]
    }

    /// Whether row `i` has a student id.
    pub(super) fn has_id(&self, i: usize) -> bool {
        // An id is trimmed: the line end before it would be the last character.
        let end = self.rows[i].end.checked_sub(1);
        end.is_some_and(|last| self.texts.as_bytes()[last] != b'\n')
    }

    /// The student id of row `i`, and whether its person has an alias.
    pub(super) fn id(&self, i: usize) -> (&str, bool) {
        let [_, _, _, alias_first, alias_last, _, id] = self.texts(i);
        (id, !alias_first.is_empty() || !alias_last.is_empty())
    }

    /// Sets `person` to that of row `i`.
    pub(super) fn read(&self, i: usize, names: &Names, person: &mut Person) {
        let row = &self.rows[i];
        let [first, middle, last, alias_first, alias_last, suffix, _] = self.texts(i);
        for (text, value) in [
            (&mut person.first, first),
            (&mut person.middle, middle),
            (&mut person.last, last),
            (&mut person.alias_first, alias_first),
            (&mut person.alias_last, alias_last),
            (&mut person.suffix, suffix),
        ] {
            text.clear();
            text.push_str(value);
        }
        person.gender = row.gender;
        person.birthdate = row.birthdate;
        person.birth_year = row.birth_year;
        person.has_namesake = row
            .names
            .is_some_and(|n| names.are_shared(n, row.is_planted));
    }

    /// Waits for the memory of these rows, for all of them at once: where they are read one by one, in
    /// another order than they lie in, each is waited for by itself.
    pub(super) fn touch(&self, rows: impl Iterator<Item = usize>) {
        let texts = self.texts.as_bytes();
        let last = |i: usize| self.rows[i].end.checked_sub(1).map_or(0, |at| texts[at]);
        std::hint::black_box(rows.fold(0, |sum: u8, i| sum ^ last(i)));
    }

    /// Counts the names of every row.
    pub(super) fn count_names(&self, names: &mut Names) {
        for row in &self.rows {
            let of = if row.is_planted {
                &mut names.of_planted
            } else {
                &mut names.of_table
            };
            row.names.into_iter().for_each(|n| of.count(n));
        }
    }

    /// Takes in the birthdate of every row.
    pub(super) fn count_dates(&self, decoys: &mut Decoys) {
        let mut person = Person::default();
        for row in &self.rows {
            person.birthdate = row.birthdate;
            person.birth_year = row.birth_year;
            decoys.add(&person);
        }
    }

    fn clear(&mut self) {
        self.texts.clear();
        self.rows.clear();
        self.feigned = None;
    }

    fn texts(&self, i: usize) -> [&str; 7] {
        let start = i.checked_sub(1).map_or(0, |before| self.rows[before].end);
        let text = &self.texts[start..self.rows[i].end];
        // Names hold no line ends. The id, which may, is the last.
        let mut starts = [0; 7];
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        for (start, (end, _)) in starts[1..].iter_mut().zip(ends) {
            *start = end + 1;
        }
        std::array::from_fn(|i| match starts.get(i + 1) {
            Some(next) => &text[starts[i]..next - 1],
            None => &text[starts[i]..],
        })
    }

    /// Adds rows of the table, of whom those of `opt_outs` are left out; without it, planted people.
    fn add(
        &mut self,
        records: &[Record],
        opt_outs: Option<&OptOuts>,
        with_names: bool,
        encoder: Option<&Encoder>,
    ) {
        let people: Vec<(Option<OptOut>, Person, Option<NamesNumber>, Order)> = records
            .par_chunks(AHEAD)
            .flat_map_iter(|records| {
                let opt_out = |r: &Record| opt_outs.and_then(|o| o.of(r));
                let who: Vec<Option<OptOut>> = records.iter().map(opt_out).collect();
                // PRIVACY: whom to leave out, nothing is reckoned with, not even as somebody's namesake.
                let person = |(record, opt_out): (&Record, &Option<OptOut>)| match opt_out {
                    Some(_) => Person::default(),
                    None => normalise::person(record),
                };
                let people: Vec<Person> = records.iter().zip(&who).map(person).collect();
                let orders = match encoder {
                    Some(encoder) => encoder.orders(&people),
                    None => vec![Order::default(); people.len()],
                };
                let all = who.into_iter().zip(people).zip(orders);
                all.map(|((opt_out, person), order)| {
                    let names = with_names.then(|| NamesNumber::of(&person)).flatten();
                    (opt_out, person, names, order)
                })
            })
            .collect();
        for (record, (opt_out, person, names, order)) in records.iter().zip(people) {
            for text in [
                &person.first,
                &person.middle,
                &person.last,
                &person.alias_first,
                &person.alias_last,
                &person.suffix,
            ] {
                self.texts.push_str(text);
                self.texts.push('\n');
            }
            self.texts.push_str(&record.student_id);
            let is_planted = opt_outs.is_none();
            if !is_planted && self.feigned.is_none() && is_plant(&record.student_id) {
                self.feigned = Some(record.line);
            }
            self.rows.push(Row {
                end: self.texts.len(),
                line: record.line,
                birth: match opt_out {
                    Some(_) => Birth::Missing,
                    None => record.birthdate,
                },
                opt_out,
                is_held: record.is_held,
                is_mangled: is_mangled_id(&record.student_id),
                is_planted,
                gender: person.gender,
                birthdate: person.birthdate,
                birth_year: person.birth_year,
                names,
                order,
            });
        }
    }
}

/// Reads a table while what was read before is normalised.
pub(super) struct Reader {
    pub(super) table: Table,
    opt_outs: Arc<OptOuts>,
    next: Vec<Record>,
    current: Vec<Record>,
    /// Planted people, who come after the last row of the table.
    plants: Vec<Record>,
    /// Rows of a batch at most, and rows read at a time.
    batch: usize,
    chunk: usize,
    /// Whether names are to be counted.
    with_names: bool,
}

impl Reader {
    /// Reads batches of `batch` rows, a power of two.
    pub(super) fn new(
        table: Table,
        opt_outs: Arc<OptOuts>,
        batch: usize,
        with_names: bool,
    ) -> Result<Self> {
        let mut this = Self {
            table,
            opt_outs,
            next: Vec::new(),
            current: Vec::new(),
            plants: Vec::new(),
            batch,
            chunk: batch.min(CHUNK),
            with_names,
        };
        this.table.next_batch(this.chunk, &mut this.next)?;
        Ok(this)
    }

    /// Starts again from the top of the same table, newly opened.
    pub(super) fn restart(&mut self, table: Table) -> Result<()> {
        let opt_outs = Arc::clone(&self.opt_outs);
        let plants = std::mem::take(&mut self.plants);
        *self = Self::new(table, opt_outs, self.batch, self.with_names)?;
        self.plants = plants;
        Ok(())
    }

    /// Has these people come after the last row of the table, with its last batch.
    pub(super) fn plant(&mut self, plants: Vec<Record>) {
        self.plants = plants;
    }

    /// Whether every row was given out.
    pub(super) fn is_at_end(&self) -> bool {
        self.next.is_empty()
    }

    /// Replaces `people` by the rows of the next batch: fewer than asked for at the end of the
    /// table, and where cells are long. `encoder` puts them in order, if they are to be encoded as
    /// they are. `told` hears how many there are so far.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) also for a student id that is a planted person's.
    pub(super) fn fill(
        &mut self,
        people: &mut People,
        encoder: Option<&Encoder>,
        told: &dyn Fn(usize),
    ) -> Result<()> {
        people.clear();
        while !self.is_at_end() && people.len() < self.batch && people.texts.len() < MOST_TEXT {
            std::mem::swap(&mut self.current, &mut self.next);
            let (read, ()) = rayon::join(
                || self.table.next_batch(self.chunk, &mut self.next),
                || {
                    let opt_outs = Some(&*self.opt_outs);
                    people.add(&self.current, opt_outs, self.with_names, encoder);
                },
            );
            read?;
            if let Some(line) = people.feigned {
                let problem = "a student id has the form of a planted person's";
                return Err(Error::input(self.table.path(), problem)
                    .line(line)
                    .hint("ids that start with blindlink-plant- are for `encode --plants`"));
            }
            told(people.len());
        }
        if self.is_at_end() {
            people.add(&self.plants, None, self.with_names, encoder);
        }
        Ok(())
    }
}
