//! Ten thousand invented people, and the search for them in any bytes.

use std::collections::HashSet;

/// A program that was not compiled for speed gets fewer of them.
pub const PEOPLE: usize = if cfg!(debug_assertions) {
    1_000
} else {
    10_000
};
/// Letters of a name, which starts with one of [`STARTS`].
const LETTERS: usize = 8;
pub const STARTS: [&[u8; 2]; 4] = [b"qz", b"xj", b"vw", b"jq"];
pub const HEADER: &str =
    "student_id,first_name,middle_name,last_name,suffix,birthdate,gender,nickname,maiden_name\n";
/// What every student id starts with, in small letters.
const ID: &[u8; 4] = b"zqid";

/// Everything that must not be found. A name is its letters as a number.
pub struct Wanted {
    pub names: HashSet<u64>,
    pub dates: HashSet<[u16; 3]>,
}

/// The name of person `i` that starts with start number `kind`.
pub fn name(kind: usize, i: usize) -> String {
    const OTHERS: &[u8; 18] = b"bcdfghjklmnprstvwz";
    let mut name = STARTS[kind].to_vec();
    let mut n = i;
    for _ in 0..4 {
        name.push(OTHERS[n % 18]);
        n /= 18;
    }
    name.extend(b"ux");
    name[0].make_ascii_uppercase();
    String::from_utf8(name).unwrap()
}

/// The birthdate of person `i`: 10,000 different ones of 30 years, in which nobody is born whom the program makes up.
pub fn date(i: usize) -> [u16; 3] {
    let (year, day) = (1910 + i / 336, i % 336);
    [year as u16, (day / 28 + 1) as u16, (day % 28 + 1) as u16]
}

pub fn row(i: usize, id: usize) -> String {
    let [year, month, day] = date(i);
    let (first, middle, last) = (name(0, i), name(1, i), name(2, i));
    let (nick, maiden) = (name(3, i), name(2, (i + PEOPLE / 2) % PEOPLE));
    let aliases = if i.is_multiple_of(3) {
        format!("{nick},{maiden}")
    } else {
        ",".to_owned()
    };
    let gender = ["F", "M", "X"][i % 3];
    format!("ZQID{id:06},{first},{middle},{last},,{year}-{month:02}-{day:02},{gender},{aliases}\n")
}

pub fn table(rows: usize) -> String {
    let mut text = HEADER.to_owned();
    (0..rows).for_each(|i| text.push_str(&row(i % PEOPLE, i)));
    text
}

/// What was found in some bytes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub is_name: bool,
    pub is_date: bool,
    pub is_id: bool,
}

impl Wanted {
    pub fn new() -> Self {
        let letters = |name: String| -> [u8; LETTERS] {
            name.to_ascii_lowercase().into_bytes().try_into().unwrap()
        };
        let all = (0..STARTS.len()).flat_map(|k| (0..PEOPLE).map(move |i| letters(name(k, i))));
        Self {
            names: all.map(u64::from_be_bytes).collect(),
            dates: (0..PEOPLE).map(date).collect(),
        }
    }

    /// What is found in `bytes`, in one pass over them.
    pub fn find(&self, bytes: &[u8]) -> Found {
        let mut raw = Scan::new(self);
        // What is found without zero bytes is found with them only if it is a date: a name stays in one piece.
        let mut narrow = Scan::new(self);
        for b in bytes {
            raw.dates(*b);
            if *b != 0 {
                narrow.letters(*b);
                narrow.dates(*b);
            }
        }
        raw.dates(b'\n');
        narrow.dates(b'\n');
        Found {
            is_date: raw.found.is_date || narrow.found.is_date,
            ..narrow.found
        }
    }
}

/// Digits that stand together.
#[derive(Default, Clone, Copy)]
struct Run {
    digits: usize,
    number: u32,
    /// What stands before them.
    before: u8,
}

/// One pass over some bytes, which are given one by one.
struct Scan<'w> {
    wanted: &'w Wanted,
    /// The last bytes, in small letters.
    last: u64,
    /// The byte before.
    previous: u8,
    /// The digits that are being read, if any.
    run: Run,
    /// The last three runs that were read, the latest last, and how many of them have one sign between them.
    runs: [Run; 3],
    joined: usize,
    /// Bytes since the last of them.
    gap: usize,
    found: Found,
}

impl<'w> Scan<'w> {
    fn new(wanted: &'w Wanted) -> Self {
        Self {
            wanted,
            last: 0,
            previous: b'\n',
            run: Run::default(),
            runs: [Run::default(); 3],
            joined: 0,
            gap: 0,
            found: Found::default(),
        }
    }

    /// Looks for names and ids that end with `b`.
    fn letters(&mut self, b: u8) {
        self.last = self.last << 8 | u64::from(b.to_ascii_lowercase());
        // PERF: most bytes start no name, and this is not always compiled for speed.
        if matches!((self.last >> 56) as u8, b'q' | b'x' | b'v' | b'j') {
            self.found.is_name |= self.wanted.names.contains(&self.last);
        }
        self.found.is_id |= self.last as u32 == u32::from_be_bytes(*ID);
    }

    /// Looks for birthdates that end before `b`: with one sign between the parts, the year first or last, or as eight
    /// digits alone.
    fn dates(&mut self, b: u8) {
        if b.is_ascii_digit() {
            if self.run.digits == 0 {
                self.run = Run {
                    before: self.previous,
                    ..Run::default()
                };
                self.joined = if self.gap == 1 { self.joined } else { 0 };
            }
            self.run.digits += 1;
            let number = self.run.number.saturating_mul(10);
            self.run.number = number.saturating_add(u32::from(b - b'0'));
        } else if self.run.digits > 0 {
            self.runs.rotate_left(1);
            self.runs[2] = std::mem::take(&mut self.run);
            self.joined = 3.min(self.joined + 1);
            self.gap = 1;
            self.found.is_date |= self.is_divided() || self.is_alone(b);
        } else {
            self.gap += 1;
        }
        self.previous = b;
    }

    /// Whether the last three runs are a date. Signs between them are no letters, which stand between the digits of any hash.
    fn is_divided(&self) -> bool {
        let [a, b, c] = self.runs;
        self.joined == 3
            && b.before == c.before
            && !b.before.is_ascii_alphanumeric()
            && match [a.digits, b.digits, c.digits] {
                [4, 1..=2, 1..=2] => self.is_ours(a.number, b.number, c.number),
                [1..=2, 1..=2, 4] => self.is_ours(c.number, a.number, b.number),
                _ => false,
            }
    }

    /// Whether the last run is a date, and no part of a longer word, which would be a hash.
    fn is_alone(&self, after: u8) -> bool {
        let Run {
            digits,
            number: n,
            before,
        } = self.runs[2];
        digits == 8
            && !before.is_ascii_alphanumeric()
            && !after.is_ascii_alphanumeric()
            && (self.is_ours(n / 10_000, n / 100 % 100, n % 100)
                || self.is_ours(n % 10_000, n / 1_000_000, n / 10_000 % 100))
    }

    fn is_ours(&self, year: u32, a: u32, b: u32) -> bool {
        let part = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
        let dates = &self.wanted.dates;
        [[a, b], [b, a]]
            .iter()
            .any(|[m, d]| dates.contains(&[part(year), part(*m), part(*d)]))
    }
}

#[test]
fn the_search_finds_every_form() {
    let wanted = Wanted::new();
    assert_eq!(wanted.names.len(), STARTS.len() * PEOPLE);
    assert_eq!(wanted.dates.len(), PEOPLE);
    let [name, other] = [name(0, PEOPLE - 1), name(2, 42)];
    let wide: Vec<u8> = name.bytes().flat_map(|b| [b, 0]).collect();
    let big: Vec<u8> = name.bytes().flat_map(|b| [0, b]).collect();
    for bytes in [
        name.clone().into_bytes(),
        name.to_uppercase().into_bytes(),
        format!("xx{name}{other}yy").into_bytes(),
        wide,
        big,
    ] {
        let found = wanted.find(&bytes);
        assert!(found.is_name && !found.is_date && !found.is_id);
    }
    let [y, m, d] = date(PEOPLE - 1);
    for text in [
        format!("born {y}-{m:02}-{d:02}."),
        format!("{y}/{m}/{d}"),
        format!("{m:02}/{d:02}/{y}"),
        format!("{d}.{m}.{y}"),
        format!("7,8 {d}.{m}.{y}"),
        format!("({y}{m:02}{d:02})"),
        format!("{m:02}{d:02}{y}"),
    ] {
        let wide: Vec<u8> = text.bytes().flat_map(|b| [b, 0]).collect();
        for bytes in [text.clone().into_bytes(), wide] {
            let found = wanted.find(&bytes);
            assert!(found.is_date && !found.is_name, "{text}");
        }
    }
    // Two cells that end and begin with digits are none without the zero between them.
    assert!(wanted.find(format!("{y}-{m}-{d}\x001").as_bytes()).is_date);
    for text in [
        "2026-11-27",
        "qzqzqzqz",
        "1981",
        "ab19810101cd",
        "birthdate",
    ] {
        assert_eq!(wanted.find(text.as_bytes()), Found::default(), "{text}");
    }
    assert!(wanted.find(b"xZqId7").is_id);
    let found = wanted.find(table(1).as_bytes());
    assert!(found.is_name && found.is_date && found.is_id);
}
