//! Counts of people that may be shown to others.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest count of people that is not shown.
pub const SMALL: u64 = 10;

/// A count of people, exact or with small numbers hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exact(u64),
    /// 1 to 10.
    Few,
    /// All of them but 1 to 10.
    AllButFew,
    /// All of them but 2 to 40.
    AllButSome,
    /// More than 10: how many is not shown, since a small count would follow from it.
    Hidden,
}

impl Count {
    /// The same count, of a total that is shown too, as others may see it: neither it nor what is left of the
    /// total is 1 to 10.
    #[must_use]
    pub fn safe(self, total: u64) -> Self {
        let is_small = |n: u64| (1..=SMALL).contains(&n);
        match self {
            Self::Exact(n) if is_small(n) => Self::Few,
            Self::Exact(n) if is_small(total.saturating_sub(n)) => Self::AllButFew,
            other => other,
        }
    }

    /// The same count, rounded up to tens: from sums of such counts no small one follows.
    #[must_use]
    pub fn rounded(self) -> Self {
        match self {
            Self::Exact(n) => Self::Exact(n.next_multiple_of(SMALL)),
            other => other,
        }
    }

    /// The least and the most that it may be, of `total`.
    #[must_use]
    pub fn bounds(self, total: u64) -> (u64, u64) {
        match self {
            Self::Exact(n) => (n, n),
            Self::Few => (1, SMALL),
            Self::AllButFew => (total.saturating_sub(SMALL), total.saturating_sub(1)),
            Self::AllButSome => (total.saturating_sub(4 * SMALL), total.saturating_sub(2)),
            Self::Hidden => (SMALL + 1, total.max(SMALL + 1)),
        }
    }

    /// The share of `total`, 0 to 1; where it is hidden, that of the middle of what it may be.
    #[must_use]
    pub fn share(self, total: u64) -> f64 {
        let (low, high) = self.bounds(total);
        if total == 0 {
            return 0.0;
        }
        ((low + high) as f64 / 2.0 / total as f64).clamp(0.0, 1.0)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(n) => f.write_str(&thousands(*n)),
            Self::Few => f.write_str("<= 10"),
            Self::AllButFew => f.write_str("all but <= 10"),
            Self::AllButSome => f.write_str("all but <= 40"),
            Self::Hidden => f.write_str("> 10"),
        }
    }
}

/// `1740000` as `1,740,000`.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Exact(n) => serializer.serialize_u64(*n),
            hidden => serializer.collect_str(hidden),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count")
            }

            fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Count, E> {
                // No table has more rows; sums of counts stay far from the end of the numbers.
                if n > 1 << 40 {
                    return Err(E::custom("a count beyond all reason"));
                }
                Ok(Count::Exact(n))
            }

            fn visit_str<E: serde::de::Error>(self, s: &str) -> Result<Count, E> {
                let hidden = [
                    Count::Few,
                    Count::AllButFew,
                    Count::AllButSome,
                    Count::Hidden,
                ];
                let found = hidden.into_iter().find(|c| c.to_string() == s);
                found.ok_or_else(|| E::custom("expected a count"))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_and_small_rests_are_hidden() {
        let safe = |n, total| Count::Exact(n).safe(total);
        assert_eq!(safe(0, 100), Count::Exact(0));
        assert_eq!(safe(1, 100), Count::Few);
        assert_eq!(safe(10, 100), Count::Few);
        assert_eq!(safe(11, 100), Count::Exact(11));
        assert_eq!(safe(89, 100), Count::Exact(89));
        assert_eq!(safe(90, 100), Count::AllButFew);
        assert_eq!(safe(100, 100), Count::Exact(100));
    }

    #[test]
    fn a_count_is_read_as_it_is_written() {
        for count in [
            Count::Exact(0),
            Count::Exact(1 << 40),
            Count::Few,
            Count::AllButFew,
        ] {
            let text = serde_json::to_string(&count).unwrap();
            assert_eq!(serde_json::from_str::<Count>(&text).unwrap(), count);
        }
        for bad in [
            "-1",
            "1.5",
            "\"<= 5\"",
            "18446744073709551615",
            "null",
            "[1]",
        ] {
            assert!(serde_json::from_str::<Count>(bad).is_err(), "{bad}");
        }
        assert_eq!(Count::Exact(1_740_000).to_string(), "1,740,000");
        assert_eq!(Count::Exact(999).to_string(), "999");
    }
}
