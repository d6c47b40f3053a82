//! The JSON forms: `clks`, `clknblocks`, `encodings` with `blocks`, and a file of blocks beside a file of CLKs.
//!
//! They are read as a stream: in memory are the filters, and never the text.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::blocks::Builder;
use super::{Blocks, Clks, MOST_BYTES, base64};
use crate::error::{Error, Result, Shape};

/// Reads a file of CLKs: `{"clks": [...]}`, `{"clknblocks": [[clk, block...]...]}` or
/// `{"encodings": [...], "blocks": {"0": [block...]...}}`. Other keys are passed over.
///
/// Records are numbered from 0 in the order of the list; lists of blocks go by the number that is their key.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) with line and record if it is anything else, has no CLK, or CLKs of two lengths;
/// [`Class::Io`](crate::error::Class::Io).
pub fn read_json(path: &Path) -> Result<Clks> {
    let mut found = Found::default();
    read(path, Wanted::Clks, &mut found)?;
    let Some(mut clks) = found.clks else {
        let problem = if found.has_list {
            "the list of CLKs is empty"
        } else {
            "there is no list of CLKs: expected \"clks\", \"clknblocks\" or \"encodings\""
        };
        return Err(Error::input(path, problem));
    };
    if found.has_map {
        let blocks = found.builder.by_number(clks.len());
        clks = clks.with_blocks(blocks.map_err(|e| e.at(path))?);
    } else if found.is_blocked {
        clks = clks.with_blocks(found.builder.in_order());
    }
    Ok(clks)
}

/// Reads the blocks that belong to a file of `records` CLKs: `{"blocks": {"0": [block...]...}}`. Other keys, such as
/// `meta`, are passed over. A record that is not listed is in no block.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) if it is anything else, lists a record twice or one that does not exist;
/// [`Class::Io`](crate::error::Class::Io).
pub fn read_blocks(path: &Path, records: usize) -> Result<Blocks> {
    let mut found = Found::default();
    read(path, Wanted::Blocks, &mut found)?;
    if !found.has_map {
        return Err(Error::input(path, "there are no \"blocks\" in it"));
    }
    found.builder.by_number(records).map_err(|e| e.at(path))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Clks,
    Blocks,
}

/// What was read so far, and what is wrong with what comes next.
#[derive(Default)]
struct Found {
    clks: Option<Clks>,
    /// The bytes of one CLK.
    bytes: Vec<u8>,
    builder: Builder,
    has_list: bool,
    has_map: bool,
    is_blocked: bool,
    /// The record that is being read.
    record: Option<usize>,
    /// What is wrong, in our words.
    problem: Option<String>,
    /// What is expected where something of another kind stands.
    expected: &'static str,
}

impl Found {
    /// Notes what is wrong.
    ///
    /// PRIVACY: an error of the JSON reader may show what stands there; it is never printed, this is.
    fn wrong<E: serde::de::Error>(&mut self, problem: impl Into<String>) -> E {
        self.problem = Some(problem.into());
        E::custom("refused")
    }

    fn take(&mut self, text: &str) -> std::result::Result<(), String> {
        self.bytes.clear();
        base64::decode(text, &mut self.bytes)?;
        let bytes = self.bytes.len();
        let clks = match &mut self.clks {
            Some(clks) => clks,
            none => {
                if bytes == 0 || bytes > MOST_BYTES {
                    return Err(format!(
                        "a CLK of {bytes} bytes; expected 1 to {MOST_BYTES}"
                    ));
                }
                none.insert(Clks::new(8 * bytes).map_err(|e| e.problem().to_owned())?)
            }
        };
        if bytes != clks.width() {
            return Err(format!(
                "a CLK of {} bits, those before it have {}",
                8 * bytes,
                clks.bits()
            ));
        }
        clks.push(&self.bytes);
        Ok(())
    }
}

fn read(path: &Path, wanted: Wanted, found: &mut Found) -> Result<()> {
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 18, file));
    found.expected = "an object, { }";
    let whole = Whole { wanted, found };
    let result = whole.deserialize(&mut json).and_then(|()| json.end());
    result.map_err(|e| explain(path, &e, found))
}

fn explain(path: &Path, e: &serde_json::Error, found: &Found) -> Error {
    use serde_json::error::Category;
    let problem = match (e.classify(), &found.problem) {
        (Category::Io, _) => {
            let kind = e.io_error_kind().unwrap_or(std::io::ErrorKind::Other);
            return Error::io("read", path, kind.into());
        }
        (Category::Eof, _) => "the file ends in the middle".to_owned(),
        (Category::Syntax, _) => "this is not JSON".to_owned(),
        (Category::Data, Some(problem)) => problem.clone(),
        (Category::Data, None) => format!("expected {}", found.expected),
    };
    let place = found
        .record
        .map_or(String::new(), |record| format!("record {record}: "));
    Error::input(path, format!("{place}{problem} (character {})", e.column())).line(e.line() as u64)
}

/// The object of the file.
struct Whole<'f> {
    wanted: Wanted,
    found: &'f mut Found,
}

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.found.expected)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let found = self.found;
        while let Some(key) = map.next_key::<String>()? {
            found.record = None;
            match (key.as_str(), self.wanted) {
                ("clks" | "encodings" | "clknblocks", Wanted::Clks) => {
                    if std::mem::replace(&mut found.has_list, true) {
                        return Err(found.wrong("a second list of CLKs"));
                    }
                    found.expected = "a list of CLKs";
                    found.is_blocked = key == "clknblocks";
                    if found.is_blocked && found.has_map {
                        return Err(
                            found.wrong("\"clknblocks\" has blocks already, beside \"blocks\"")
                        );
                    }
                    map.next_value_seed(List { found })?;
                }
                ("blocks", _) => {
                    if std::mem::replace(&mut found.has_map, true) {
                        return Err(found.wrong("a second object \"blocks\""));
                    }
                    if found.is_blocked {
                        return Err(
                            found.wrong("\"clknblocks\" has blocks already, beside \"blocks\"")
                        );
                    }
                    found.expected = "an object: record numbers, each with a list of blocks";
                    map.next_value_seed(Map { found })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        found.record = None;
        Ok(())
    }
}

/// Implements a seed that asks for `$ask` and visits itself.
macro_rules! seed {
    ($name:ident, $ask:ident) => {
        struct $name<'f> {
            found: &'f mut Found,
        }

        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(
                self,
                from: D,
            ) -> std::result::Result<(), D::Error> {
                from.$ask(self)
            }
        }
    };
}
seed!(List, deserialize_seq);
seed!(Blocked, deserialize_seq);
seed!(Encoded, deserialize_str);
seed!(Map, deserialize_map);
seed!(Ids, deserialize_seq);
seed!(Id, deserialize_str);

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.found.expected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<(), A::Error> {
        let found = self.found;
        for record in 0.. {
            found.record = Some(record);
            let more = if found.is_blocked {
                found.expected = "a list: a CLK and its blocks";
                seq.next_element_seed(Blocked { found })?
            } else {
                found.expected = "a CLK, a text in base64";
                seq.next_element_seed(Encoded { found })?
            };
            if more.is_none() {
                break;
            }
            if record >= u32::MAX as usize {
                return Err(found.wrong("more CLKs than can be numbered"));
            }
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Blocked<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.found.expected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<(), A::Error> {
        let found = self.found;
        found.expected = "a CLK, a text in base64";
        if seq.next_element_seed(Encoded { found })?.is_none() {
            return Err(found.wrong("there is no CLK in its list"));
        }
        found.expected = "the id of a block, a text";
        while seq.next_element_seed(Id { found })?.is_some() {}
        found.builder.end();
        Ok(())
    }
}

impl Visitor<'_> for Encoded<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.found.expected)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<(), E> {
        self.found
            .take(text)
            .map_err(|problem| self.found.wrong(problem))
    }
}

impl<'de> Visitor<'de> for Map<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.found.expected)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let found = self.found;
        while let Some(key) = map.next_key::<String>()? {
            let is_number = !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
            let Some(record) = key.parse::<u32>().ok().filter(|_| is_number) else {
                let shape = Shape::of(&key);
                return Err(found.wrong(format!(
                    "expected the number of a record before its blocks, found {shape}"
                )));
            };
            found.record = Some(record as usize);
            found.expected = "a list of blocks";
            map.next_value_seed(Ids { found })?;
            found.builder.end_of(record);
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Ids<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.found.expected)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<(), A::Error> {
        let found = self.found;
        found.expected = "the id of a block, a text";
        while seq.next_element_seed(Id { found })?.is_some() {}
        Ok(())
    }
}

impl Visitor<'_> for Id<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.found.expected)
    }

    fn visit_str<E: serde::de::Error>(self, id: &str) -> std::result::Result<(), E> {
        self.found.builder.add(id);
        Ok(())
    }
}
