//! How a student table is read, where the user says so: the options that every verb has that reads one.

use std::str::FromStr;

use clap::Args as ClapArgs;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::error::{Error, Result};
use crate::owner::table::{DateFormat, Delimiter, Encoding, Found, Mapping, Preset};

/// Under which the help lists these options.
const HEADING: &str = "How the table is read, where it does not tell";

/// The ids of the options of [`Reading`]: completions do not know what conflicts with a group.
pub(super) const READING: [&str; 8] = [
    "map",
    "date_format",
    "delimiter",
    "encoding",
    "preset",
    "no_headers",
    "strict",
    "max_bad",
];

/// How a student table is read. Whatever is not given is found out.
#[derive(Debug, ClapArgs)]
pub(super) struct Reading {
    /// Which column holds a field: id, first, middle, last, suffix, birthdate, gender, alias-first, alias-last, grade
    /// or hold, as in last="LNAME"; an alias may be given more than once, for more than one column
    #[arg(long = "map", value_name = "FIELD=HEADER", help_heading = HEADING)]
    map: Vec<String>,
    /// How dates are written; in the forms with a year of two digits, 30 to 99 are 1930 to 1999
    #[arg(long, value_parser = date_formats(), help_heading = HEADING)]
    date_format: Option<DateFormat>,
    /// What separates the columns
    #[arg(long, value_parser = delimiters(), help_heading = HEADING)]
    delimiter: Option<Delimiter>,
    /// How the characters are written as bytes
    #[arg(long, value_parser = encodings(), help_heading = HEADING)]
    encoding: Option<Encoding>,
    /// Which system the table was exported from
    #[arg(long, value_name = "NAME", value_parser = presets(), help_heading = HEADING)]
    preset: Option<&'static Preset>,
    /// The first line is a student, not the names of the columns; columns are then named by their numbers, as in
    /// --map last=#3
    #[arg(long, help_heading = HEADING)]
    no_headers: bool,
    /// Refuse a table with a row that cannot be divided into its cells, instead of leaving the row out
    #[arg(long, conflicts_with = "max_bad", help_heading = HEADING)]
    strict: bool,
    /// How many rows in a hundred may be left out since they cannot be divided into their cells [default: 1]
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = HEADING)]
    max_bad: Option<f64>,
}

/// Which table of an archive is read.
#[derive(Debug, ClapArgs)]
pub(super) struct Member {
    /// The table to take of an archive, where it has several: its name, or its folder and name
    #[arg(id = "table_in_zip", long = "table", value_name = "NAME", help_heading = HEADING)]
    name: Option<String>,
}

impl Reading {
    /// What the options say together; `member` is the table to take of an archive.
    pub(super) fn mapping(&self, member: Option<&str>) -> Result<Mapping> {
        let mut mapping = Mapping::default();
        for argument in &self.map {
            mapping.map(argument)?;
        }
        if let Some(format) = self.date_format {
            mapping = mapping.with_date_format(format);
        }
        if let Some(delimiter) = self.delimiter {
            mapping = mapping.with_delimiter(delimiter);
        }
        if let Some(encoding) = self.encoding {
            mapping = mapping.with_encoding(encoding);
        }
        if let Some(preset) = self.preset {
            mapping = mapping.with_preset(preset);
        }
        if let Some(member) = member {
            mapping = mapping.with_table(member.to_owned());
        }
        if self.no_headers {
            mapping = mapping.without_headers();
        }
        match self.max_bad {
            _ if self.strict => mapping = mapping.with_most_bad(0.0),
            Some(percent) => mapping = mapping.with_most_bad(percent / 100.0),
            None => {}
        }
        Ok(mapping)
    }

    /// The system that the table was exported from, if it was given.
    pub(super) fn preset(&self) -> Option<&'static Preset> {
        self.preset
    }

    /// The columns that were named, as they were typed.
    pub(super) fn maps(&self) -> &[String] {
        &self.map
    }

    /// Whether any of the options is given.
    pub(super) fn is_given(&self) -> bool {
        !self.map.is_empty()
            || self.date_format.is_some()
            || self.delimiter.is_some()
            || self.encoding.is_some()
            || self.preset.is_some()
            || self.no_headers
            || self.strict
            || self.max_bad.is_some()
    }
}

impl Member {
    /// Its name, if one was given.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// What a file was read as, in a few words: `UTF-16, tab, PowerSchool student export`.
pub(super) fn describe(found: &Found) -> String {
    let mut words = Vec::new();
    if let Some(member) = &found.member {
        words.push(member.clone());
    }
    match found.text {
        Some((encoding, delimiter)) => {
            words.push(title(encoding).to_owned());
            words.push(delimiter.name().to_owned());
        }
        None => words.push("Parquet".to_owned()),
    }
    if !found.has_headers {
        words.push("no header line".to_owned());
    }
    if found.has_headers || found.preset.name != "generic" {
        words.push(found.preset.title.to_owned());
    }
    words.join(", ")
}

/// The same for programs.
pub(super) fn as_json(found: &Found) -> serde_json::Value {
    serde_json::json!({
        "table": found.member,
        "encoding": found.text.map(|(encoding, _)| encoding.name()),
        "delimiter": found.text.map(|(_, delimiter)| delimiter.name()),
        "preset": found.preset.name,
        "headers": found.has_headers,
        "damaged_characters": found.damaged,
    })
}

fn title(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::Utf16Le => "UTF-16",
        Encoding::Utf16Be => "UTF-16 (big-endian)",
        Encoding::Windows1252 => "Windows-1252",
    }
}

/// Words of which the nearest is offered for one that is none.
fn words<T>(words: Vec<PossibleValue>) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = Error> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

fn date_formats() -> impl TypedValueParser<Value = DateFormat> {
    let words_of = DateFormat::ALL.map(|f| PossibleValue::new(f.name()));
    words(words_of.to_vec())
}

fn delimiters() -> impl TypedValueParser<Value = Delimiter> {
    let of = |d: Delimiter| {
        let word = PossibleValue::new(d.name());
        match d {
            Delimiter::Comma => word.alias(","),
            Delimiter::Tab => word.aliases(["\t", "\\t"]),
            Delimiter::Pipe => word.alias("|"),
            Delimiter::Semicolon => word.alias(";"),
            Delimiter::Caret => word.alias("^"),
        }
    };
    words(Delimiter::ALL.map(of).to_vec())
}

fn encodings() -> impl TypedValueParser<Value = Encoding> {
    let words_of = Encoding::ALL.map(|e| PossibleValue::new(e.name()));
    words(words_of.to_vec())
}

fn presets() -> impl TypedValueParser<Value = &'static Preset> {
    let names: Vec<PossibleValue> = Preset::all()
        .map(|p| PossibleValue::new(p.name).help(p.title))
        .collect();
    PossibleValuesParser::new(names).try_map(|name| {
        Preset::named(&name).ok_or_else(|| Error::usage("there is no preset of that name"))
    })
}

fn percent(text: &str) -> Result<f64> {
    let share: Option<f64> = text.trim_end_matches('%').parse().ok();
    share
        .filter(|share| (0.0..=100.0).contains(share))
        .ok_or_else(|| Error::usage("expected a number from 0 to 100"))
}
