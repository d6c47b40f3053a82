//! `clk describe`.

use crate::cli::args::ClkDescribe;
use crate::cli::{pretty, print};
use crate::error::Result;
use crate::pipeline::clk::describe::{Description, describe as run};

/// Lines of the highest bar.
const HEIGHT: usize = 12;

pub(super) fn describe(verb: &ClkDescribe) -> Result<()> {
    let found = run(&verb.clks, verb.form.format.into(), verb.form.hash_size)?;
    if verb.json {
        return print(&pretty(&found)?);
    }
    print(&worded(&found))
}

fn worded(found: &Description) -> String {
    let mut text = format!(
        "popcounts\n\n{}\ncount               {}\nbits                {}\nmean                {:.2}\n\
         standard deviation  {:.2}\nsmallest            {}\nlargest             {}\n",
        drawing(found),
        found.records,
        found.bits,
        found.mean,
        found.deviation,
        found.min,
        found.max,
    );
    for (number, what) in [
        (
            found.zero,
            "have no bit set: their likeness to any other is 0",
        ),
        (found.full, "have every bit set"),
    ] {
        if number > 0 {
            text += &format!("{number} CLKs {what}\n");
        }
    }
    if found.equal > 0 {
        text += &format!(
            "{} CLKs are equal to another one of the file ({} values): people who are there twice, or have the same values\n",
            found.equal, found.equal_kinds
        );
    }
    text
}

/// The histogram, upright.
fn drawing(found: &Description) -> String {
    let highest = found.histogram.iter().map(|b| b.records).max();
    let highest = highest.unwrap_or(0).max(1);
    let digits = highest.to_string().len();
    let mut text = String::new();
    for line in (1..=HEIGHT).rev() {
        let label = match line {
            HEIGHT => highest.to_string(),
            _ => String::new(),
        };
        let bars: String = found
            .histogram
            .iter()
            // A bar of anybody is seen.
            .map(|b| match (b.records * HEIGHT).div_ceil(highest) >= line {
                true => 'o',
                false => ' ',
            })
            .collect();
        text += format!("{label:>digits$} | {bars}").trim_end();
        text += "\n";
    }
    let width = found.histogram.len();
    text += &format!("{:>digits$} +-{}\n", 0, "-".repeat(width));
    let (first, last) = (found.min.to_string(), found.max.to_string());
    let between = (width + 1).saturating_sub(first.len() + last.len()).max(1);
    if found.min == found.max {
        text += &format!("{:>digits$}   {first}\n", "");
    } else {
        text += &format!("{:>digits$}   {first}{}{last}\n", "", " ".repeat(between));
    }
    text
}
