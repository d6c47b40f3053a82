//! The embedded name tables and how a name is drawn from them.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::kinds::{Group, Origin, Sex};
use super::random::{Draw, mix};

const SURNAMES: &str = include_str!("tables/surnames.tsv");
const FIRST_NAMES: &str = include_str!("tables/first_names.tsv");
const NICKNAMES: &str = include_str!("tables/nicknames.tsv");
const HYPOCORISTICS: &str = include_str!("tables/hypocoristics.tsv");
const ACCENTS: &str = include_str!("tables/accents.tsv");
const PARTICLES: &str = include_str!("tables/particles.tsv");
const ORIGINS: &str = include_str!("tables/origins.tsv");
const GIVEN: &str = include_str!("tables/given.tsv");
const COMPOUND_FIRST: &str = include_str!("tables/compound_first.tsv");
const SECOND_GIVEN: &str = include_str!("tables/second_given.tsv");

/// The groups that have a column of shares in the tables, in the order of the columns.
const COLUMNS: [Group; 4] = [Group::Hispanic, Group::White, Group::Asian, Group::Black];

/// Share of a group whose surname is too rare for the table: those the table left out (the script
/// that makes it prints how many) and some of those whose surname less than 100 people bear.
const RARE_SURNAME: [f64; 4] = [0.035, 0.17, 0.09, 0.08];
/// How many such surnames a group has to draw from.
const RARE_SURNAMES: [u64; 4] = [40_000, 600_000, 60_000, 60_000];
/// Share of children whose first name is not in the table: fewer than five Californians of a year
/// were given it.
const RARE_FIRST: f64 = 0.055;
/// How many such first names a group has for each sex.
const RARE_FIRSTS: u64 = 30_000;

/// A list of names with cumulated weights.
#[derive(Default)]
struct Weighted {
    names: Vec<&'static str>,
    cumulated: Vec<u64>,
    /// Beginnings up to a vowel and ends from a consonant, of which rare names are made.
    heads: Vec<&'static str>,
    tails: Vec<&'static str>,
}

impl Weighted {
    fn push(&mut self, name: &'static str, weight: u64) {
        if weight > 0 {
            let total = self.cumulated.last().copied().unwrap_or(0);
            self.names.push(name);
            self.cumulated.push(total + weight);
        }
    }

    fn draw(&self, draw: &mut Draw) -> &'static str {
        let total = *self.cumulated.last().expect("no table is empty");
        let at = draw.below(total);
        self.names[self.cumulated.partition_point(|&c| c <= at)]
    }

    /// Cuts the names that are typical of this list into the parts of rare names.
    fn cut<'a>(&mut self, typical: impl Iterator<Item = &'a &'static str>) {
        let vowel = |b: u8| b"AEIOU".contains(&b);
        for name in typical {
            let bytes = name.as_bytes();
            for i in 2..bytes.len().saturating_sub(1) {
                if vowel(bytes[i - 1]) && !vowel(bytes[i]) {
                    self.heads.push(&name[..i]);
                    self.tails.push(&name[i..]);
                }
            }
        }
    }

    /// The rare name number `index`: a beginning and an end of two names of the list.
    fn rare(&self, index: u64) -> String {
        let of =
            |parts: &[&'static str], key| parts[(mix(index, key) % parts.len() as u64) as usize];
        let (head, tail) = (of(&self.heads, 1), of(&self.tails, 2));
        format!("{head}{tail}")
    }
}

/// All tables, parsed.
pub(super) struct Tables {
    surnames: [Weighted; 4],
    /// By group, sex and band of birth years.
    first_names: [[[Weighted; 2]; 2]; 4],
    nicknames: HashMap<&'static str, Vec<&'static str>>,
    hypocoristics: HashMap<&'static str, Vec<&'static str>>,
    accents: HashMap<&'static str, &'static str>,
    particles: HashMap<&'static str, &'static str>,
    origins: HashMap<&'static str, Vec<Origin>>,
    given: HashMap<(Origin, Sex), Vec<String>>,
    compound_first: [Vec<&'static str>; 2],
    second_given: [Vec<String>; 2],
}

/// The tables, parsed at their first use.
pub(super) fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(Tables::parse)
}

/// A count from its character, times 100: four steps an octave, in whole numbers.
fn count(c: u8) -> u64 {
    const STEPS: [u64; 4] = [100, 119, 141, 168];
    match c.checked_sub(b'"') {
        None => 0,
        Some(steps) => STEPS[usize::from(steps % 4)] << (steps / 4),
    }
}

/// A share from its digit, times 1225: the square of a digit of base 36.
fn share(c: u8) -> u64 {
    let digit = u64::from((c as char).to_digit(36).unwrap_or(0));
    digit * digit
}

fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter_map(|line| line.split_once('\t'))
}

fn lists(table: &'static str) -> HashMap<&'static str, Vec<&'static str>> {
    pairs(table)
        .map(|(name, list)| (name, list.split(' ').collect()))
        .collect()
}

/// The blank inside a name of a list is written `|`.
fn spaced(list: &str) -> Vec<String> {
    list.split(' ').map(|n| n.replace('|', " ")).collect()
}

impl Tables {
    fn parse() -> Self {
        let mut surnames: [Weighted; 4] = Default::default();
        let mut typical: [Vec<&'static str>; 4] = Default::default();
        for (name, codes) in pairs(SURNAMES) {
            let codes = codes.as_bytes();
            for g in 0..4 {
                surnames[g].push(name, count(codes[0]) * share(codes[1 + g]));
                if share(codes[1 + g]) * 2 > 1225 {
                    typical[g].push(name);
                }
            }
        }
        for (table, typical) in surnames.iter_mut().zip(&typical) {
            table.cut(typical.iter());
        }

        let mut first_names: [[[Weighted; 2]; 2]; 4] = Default::default();
        for (name, codes) in pairs(FIRST_NAMES) {
            let codes = codes.as_bytes();
            let sex = usize::from(codes[0] == b'M');
            for (g, by_sex) in first_names.iter_mut().enumerate() {
                for (band, table) in by_sex[sex].iter_mut().enumerate() {
                    table.push(name, count(codes[1 + band]) * share(codes[3 + g]));
                }
            }
        }
        for table in first_names.iter_mut().flatten().flatten() {
            let names = table.names.clone();
            table.cut(names.iter());
        }

        let mut origins: HashMap<_, Vec<Origin>> = HashMap::new();
        for (origin, list) in pairs(ORIGINS) {
            let origin = Origin::named(origin);
            for name in list.split(' ') {
                origins.entry(name).or_default().push(origin);
            }
        }
        let given = pairs(GIVEN)
            .filter_map(|(origin, rest)| {
                let (sex, list) = rest.split_once('\t')?;
                Some(((Origin::named(origin), Sex::named(sex)), spaced(list)))
            })
            .collect();
        let by_sex = |table: &'static str, sex| {
            pairs(table)
                .find(|(s, _)| *s == sex)
                .map_or("", |(_, list)| list)
        };
        Self {
            surnames,
            first_names,
            nicknames: lists(NICKNAMES),
            hypocoristics: lists(HYPOCORISTICS),
            accents: pairs(ACCENTS).collect(),
            particles: pairs(PARTICLES).collect(),
            origins,
            given,
            compound_first: ["F", "M"].map(|s| by_sex(COMPOUND_FIRST, s).split(' ').collect()),
            second_given: ["F", "M"].map(|s| spaced(by_sex(SECOND_GIVEN, s))),
        }
    }

    /// A surname as frequent as it is in the group, in capitals without blanks.
    pub(super) fn surname(&self, group: Group, draw: &mut Draw) -> String {
        let g = column(group, draw);
        if draw.chance(RARE_SURNAME[g]) {
            self.surnames[g].rare(skewed(RARE_SURNAMES[g], draw))
        } else {
            self.surnames[g].draw(draw).to_owned()
        }
    }

    /// A first name as frequent as it is in the group, the sex and the year of birth.
    pub(super) fn first_name(&self, group: Group, sex: Sex, year: u16, draw: &mut Draw) -> String {
        let g = column(group, draw);
        let table = &self.first_names[g][sex as usize][usize::from(year > 2005)];
        if draw.chance(RARE_FIRST) {
            table.rare(skewed(RARE_FIRSTS, draw))
        } else {
            table.draw(draw).to_owned()
        }
    }

    /// A given name of the language of `origin`, if there is a list of them.
    pub(super) fn given(&self, origin: Origin, sex: Sex, draw: &mut Draw) -> Option<String> {
        self.given.get(&(origin, sex)).map(|l| draw.pick(l).clone())
    }

    /// The origins that a surname tells.
    pub(super) fn origins(&self, surname: &str) -> &[Origin] {
        self.origins.get(surname).map_or(&[], Vec::as_slice)
    }

    /// Whether `name` often is the first half of a Spanish double name.
    pub(super) fn begins_compound(&self, name: &str, sex: Sex) -> bool {
        self.compound_first[sex as usize].contains(&name)
    }

    /// The second half of a Spanish double name.
    pub(super) fn second_given(&self, sex: Sex, draw: &mut Draw) -> &str {
        draw.pick::<String>(&self.second_given[sex as usize])
    }

    /// Another form of a first name: for Hispanics the Spanish forms go before the English.
    pub(super) fn nickname(
        &self,
        name: &str,
        hispanic: bool,
        draw: &mut Draw,
    ) -> Option<&'static str> {
        let (spanish, english) = (self.hypocoristics.get(name), self.nicknames.get(name));
        let list = match (spanish, english) {
            (Some(s), Some(_)) if hispanic && draw.chance(0.6) => s,
            (_, Some(e)) => e,
            (Some(s), None) => s,
            (None, None) => return None,
        };
        Some(*draw.pick::<&'static str>(list))
    }

    /// The word (in capitals) with its diacritics, if it has any.
    pub(super) fn accented(&self, word: &str) -> Option<&'static str> {
        self.accents.get(word).copied()
    }

    /// The surname with its particles apart and its inner capitals, if it has any.
    pub(super) fn parted(&self, surname: &str) -> Option<&'static str> {
        self.particles.get(surname).copied()
    }
}

/// The table column of a group; those of other groups bear names of all four.
fn column(group: Group, draw: &mut Draw) -> usize {
    match COLUMNS.iter().position(|g| *g == group) {
        Some(g) => g,
        None => *draw.pick(&[1, 1, 1, 0, 2, 3]),
    }
}

/// A number below `n` whose low values are the more frequent (the product of two draws), so that
/// some rare names have hundreds of bearers and most have one.
fn skewed(n: u64, draw: &mut Draw) -> u64 {
    let a = draw.below(n);
    a * draw.below(n) / n
}

/// `SMITH` as `Smith`, word by word; blanks, hyphens and apostrophes begin words.
pub(super) fn title(upper: &str) -> String {
    let mut out = String::with_capacity(upper.len());
    let mut begins = true;
    for c in upper.chars() {
        if begins {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        begins = !c.is_alphanumeric();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::random::Streams;

    #[test]
    fn tables_are_whole() {
        let t = tables();
        for g in 0..4 {
            assert!(t.surnames[g].names.len() > 3_000);
            assert!(t.surnames[g].heads.len() > 300);
            for table in t.first_names[g].iter().flatten() {
                assert!(table.names.len() > 1_000);
            }
        }
        for origin in Origin::LISTED {
            for sex in [Sex::Female, Sex::Male] {
                assert!(t.given.contains_key(&(origin, sex)), "{origin:?}");
            }
        }
        assert!(t.second_given.iter().all(|l| l.len() > 10));
        assert!(t.compound_first.iter().all(|l| l.len() > 10));
    }

    #[test]
    fn frequent_names_are_frequent_and_the_tail_is_long() {
        let mut draw = Streams::new(1, "names").at(0);
        let mut counts: HashMap<String, u32> = HashMap::new();
        for _ in 0..20_000 {
            *counts
                .entry(tables().surname(Group::White, &mut draw))
                .or_default() += 1;
        }
        assert!(counts["SMITH"] > 100);
        assert!(counts.len() > 8_000, "{}", counts.len());
    }

    #[test]
    fn counts_and_shares_decode() {
        assert_eq!((count(b'!'), count(b'"'), count(b'&')), (0, 100, 200));
        assert_eq!((share(b'0'), share(b'Z')), (0, 1225));
    }

    #[test]
    fn titles() {
        assert_eq!(title("DE LA CRUZ-O'NEILL"), "De La Cruz-O'Neill");
    }
}
