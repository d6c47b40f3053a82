//! How often each thing goes wrong: the one table of rates.

use super::Profile;

/// Share of a party's people who are in any one other party's file too.
///
/// People are drawn for each party by itself from one population, so this also sets the size of
/// the population: the people of a party divided by this share.
pub(super) const OVERLAP: f64 = 0.6;

/// Share of a file's records that are a second record of a person already in it.
pub(super) const DUPLICATES: f64 = 0.01;

macro_rules! rates {
    ($( $(#[$doc:meta])+ $name:ident: $clean:literal, $typical:literal, $dirty:literal; )+) => {
        /// Probabilities, 0 to 1, that something happens to one record. A true pair has two
        /// records, so it meets each about twice as often.
        #[derive(Debug)]
        pub(super) struct Rates { $( $(#[$doc])+ pub(super) $name: f64, )+ }

        const CLEAN: Rates = Rates { $( $name: $clean, )+ };
        const TYPICAL: Rates = Rates { $( $name: $typical, )+ };
        const DIRTY: Rates = Rates { $( $name: $dirty, )+ };
    };
}

rates! {
    // Columns: clean, typical, dirty.

    // --- first name ---
    /// One letter error (insert, delete, substitute, transpose, neighbour key, look-alike digit).
    first_typo:              0.0002, 0.0140, 0.030;
    /// A nickname or hypocoristic instead, if there is one for the name.
    first_nickname:          0.0,    0.015,  0.027;
    /// The other given name of a person who has one (ANGELINA for YANZHE), of those people.
    first_other_name:        0.0,    0.20,   0.30;
    /// A freely chosen other first name.
    first_changed:           0.0,    0.002,  0.005;
    /// First and middle name exchanged, of those with a middle name.
    first_middle_exchanged:  0.0,    0.007,  0.018;
    /// The middle name written behind the first (CARLOS LUIS), of those with a middle name.
    first_middle_joined:     0.0,    0.004,  0.004;
    /// Half of a double given name is dropped (MARIA for MARIA GUADALUPE), of double names.
    compound_dropped:        0.0,    0.32,   0.42;
    /// A double given name written as one word (JUANPABLO), of double names.
    compound_joined:         0.0,    0.05,   0.08;
    /// The first name is missing.
    first_missing:           0.0,    0.0003, 0.0007;
    /// A placeholder instead of the first name (FNU, XXX, UNKNOWN).
    first_placeholder:       0.0,    0.0004, 0.0012;
    /// Only the initial of the first name.
    first_initial:           0.0,    0.0005, 0.0012;
    /// The nickname in parentheses behind the first name, if there is one.
    first_parenthesis:       0.0,    0.0007, 0.0015;

    // --- middle name ---
    /// The middle name is not on file at a district.
    middle_missing_district: 0.10,   0.12,   0.16;
    /// The middle name is not on file at a college.
    middle_missing_college:  0.30,   0.33,   0.44;
    /// A district has the middle initial only.
    middle_initial:          0.05,   0.12,   0.18;
    /// A placeholder instead of no middle name (NMN, `*`, `-`).
    middle_placeholder:      0.0,    0.002,  0.004;
    /// One letter error in the middle name, which makes another initial now and then.
    middle_typo:             0.0,    0.010,  0.026;

    // --- last name ---
    /// One letter error.
    last_typo:               0.0002, 0.0120, 0.032;
    /// Another last name after marriage, adoption or a parent's marriage.
    last_changed:            0.0002, 0.0065, 0.0165;
    /// A district keeps one of two surnames, of people with two.
    second_dropped_district: 0.0,    0.13,   0.18;
    /// A college keeps one of two surnames, of people with two.
    second_dropped_college:  0.0,    0.32,   0.52;
    /// A second surname appears, of people with one.
    second_added:            0.0,    0.0055, 0.0075;
    /// The two surnames exchanged, of people with two.
    surnames_exchanged:      0.0,    0.018,  0.026;
    /// Blank for hyphen or hyphen for blank between two surnames, of people with two.
    surnames_restyled:       0.02,   0.11,   0.17;
    /// Two surnames written as one word, of people with two.
    surnames_joined:         0.0,    0.018,  0.045;
    /// The first of two surnames is filed as the middle name, of people with two.
    surname_as_middle:       0.0,    0.010,  0.020;
    /// A particle joined to its name or parted from it (DELACRUZ, DELA CRUZ), of such names.
    particle_restyled:       0.05,   0.20,   0.30;
    /// The last name is missing.
    last_missing:            0.0,    0.0001, 0.0003;
    /// A placeholder instead of the last name (LNU, XXX).
    last_placeholder:        0.0,    0.0002, 0.0006;
    /// The suffix behind the last name (GARCIA JR), of people with a suffix.
    suffix_in_last:          0.0,    0.12,   0.22;
    /// First and last name exchanged.
    first_last_exchanged:    0.0,    0.0024, 0.0057;

    // --- how names are written ---
    /// A college keeps the diacritics of a person who writes them.
    diacritics_at_college:   0.0,    0.02,   0.04;
    /// A district loses the diacritics of a person who writes them.
    diacritics_lost:         0.0,    0.10,   0.25;
    /// Kept diacritics come out as mojibake (GARCÃ­A) or as a question mark.
    mojibake:                0.0,    0.03,   0.08;
    /// A district's record is all in capitals.
    all_upper:               0.0,    0.10,   0.10;
    /// A district's record is all in small letters.
    all_lower:               0.0,    0.0003, 0.001;
    /// A stray full stop, a double blank or a blank at an end.
    stray_mark:              0.0,    0.0035, 0.007;
    /// A field longer than 20 characters is cut there.
    truncated:               0.0,    0.20,   0.90;

    // --- birthdate ---
    /// The year before or after.
    year_adjacent:           0.0,    0.0027, 0.0062;
    /// Digits of the year wrong: 2060 for 2006, 1906, 1976, 2001 for 2007.
    year_digits:             0.0,    0.0022, 0.0055;
    /// One digit of the day wrong, at times to a day that does not exist.
    day_digit:               0.0001, 0.0017, 0.0045;
    /// The month wrong.
    month_wrong:             0.0,    0.0015, 0.0038;
    /// Day and month exchanged, if that makes a date.
    day_month_exchanged:     0.0,    0.0012, 0.0055;
    /// 1 January instead of an unknown day.
    january_first:           0.0,    0.0010, 0.0031;
    /// Another date altogether.
    date_other:              0.0,    0.0001, 0.0004;
    /// The birthdate is missing.
    date_missing:            0.0,    0.0008, 0.0020;

    // --- gender ---
    /// The gender is missing.
    gender_missing:          0.005,  0.013,  0.035;
    /// The other gender.
    gender_wrong:            0.0002, 0.0045, 0.0085;
    /// X at a district, N at a college.
    gender_neither:          0.001,  0.003,  0.003;
}

impl Rates {
    /// The column of the table for `profile`.
    pub(super) fn of(profile: Profile) -> &'static Self {
        match profile {
            Profile::Clean => &CLEAN,
            Profile::Typical => &TYPICAL,
            Profile::Dirty => &DIRTY,
        }
    }
}
