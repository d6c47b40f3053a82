//! Samples of progress in words: lines for people, events for programs. Pure.
//!
//! PRIVACY: a step's name is made of words of the program, names of parties and names of passes;
//! everything else is a count or a time.

use std::time::Duration;

use indicatif::{FormattedDuration, HumanCount};
use serde::Serialize;

use super::meter::Sample;

/// Where no line can be redrawn, one is said so often.
const EVERY: Duration = Duration::from_mins(1);
/// Where a program listens, an event is said so often.
const EVENT_EVERY: Duration = Duration::from_secs(1);

/// What is said of samples, and when.
#[derive(Debug, Default)]
pub(super) struct Voice {
    verb: &'static str,
    events: bool,
    /// When something was said last, but for beginnings and ends of steps.
    said: Duration,
}

impl Voice {
    /// `events`: for programs, else for people. `verb` is what the user called.
    pub(super) fn new(verb: &'static str, events: bool) -> Self {
        Self {
            verb,
            events,
            said: Duration::ZERO,
        }
    }

    /// What to say of a step that begins: nothing to people.
    pub(super) fn begun(&mut self, sample: &Sample) -> Option<String> {
        self.events.then(|| {
            self.said = sample.elapsed;
            event(self.verb, sample)
        })
    }

    /// What to say while a step goes on, to be asked often.
    pub(super) fn going(&mut self, sample: &Sample) -> Option<String> {
        let every = if self.events { EVENT_EVERY } else { EVERY };
        if sample.elapsed.saturating_sub(self.said) < every {
            return None;
        }
        self.said = sample.elapsed;
        Some(self.say(sample))
    }

    /// What to say of a step that is over: to people only if it was a long one.
    pub(super) fn ended(&mut self, sample: &Sample) -> Option<String> {
        if !self.events && sample.in_step < EVERY {
            return None;
        }
        self.said = sample.elapsed;
        Some(self.say(sample))
    }

    /// What to say when the verb is over, for programs: `exit_code` 0 if it was done.
    pub(super) fn over(&self, elapsed: Duration, exit_code: u8) -> Option<String> {
        self.events.then(|| {
            line_of(&Over {
                event: if exit_code == 0 { "done" } else { "failed" },
                verb: self.verb,
                exit_code,
                elapsed_seconds: seconds(elapsed),
            })
        })
    }

    fn say(&self, sample: &Sample) -> String {
        if self.events {
            event(self.verb, sample)
        } else {
            format!("{}: {}\n", self.verb, words(sample))
        }
    }
}

/// A sample for people, without a line end: step, share, units, rate, time left, time gone.
pub(super) fn words(sample: &Sample) -> String {
    let mut parts = Vec::new();
    let counts = sample.done > 0 || sample.total.is_some_and(|t| t > 0);
    if sample.is_over {
        parts.push("done".to_owned());
    } else if let Some(share) = sample.share() {
        // Rounded down: 100 % is for what is over.
        parts.push(format!("{:.0} %", (100.0 * share).floor()));
    }
    if counts {
        let done = HumanCount(sample.done);
        parts.push(match sample.total {
            Some(total) if !sample.is_over => format!("{done} of {}", HumanCount(total)),
            _ => done.to_string(),
        });
    }
    if let Some(rate) = sample.per_second {
        parts.push(if rate < 10.0 {
            format!("{rate:.1}/s")
        } else {
            format!("{}/s", HumanCount(rate.round() as u64))
        });
    }
    if let Some(eta) = sample.eta.filter(|_| !sample.is_over) {
        parts.push(format!("{} left", FormattedDuration(eta)));
    }
    parts.push(format!("{} elapsed", FormattedDuration(sample.elapsed)));
    format!("{}: {}", sample.step, parts.join(", "))
}

#[derive(Serialize)]
struct Event<'a> {
    event: &'static str,
    verb: &'static str,
    step: &'a str,
    done: u64,
    total: Option<u64>,
    share: Option<f64>,
    per_second: Option<f64>,
    eta_seconds: Option<f64>,
    elapsed_seconds: f64,
}

#[derive(Serialize)]
struct Over {
    event: &'static str,
    verb: &'static str,
    exit_code: u8,
    elapsed_seconds: f64,
}

/// A sample for programs, with a line end. SPEC progress-events.md 2
fn event(verb: &'static str, sample: &Sample) -> String {
    line_of(&Event {
        event: "progress",
        verb,
        step: &sample.step,
        done: sample.done,
        total: sample.total,
        share: sample.share(),
        per_second: sample.per_second.map(thousandths),
        eta_seconds: sample.eta.map(seconds),
        elapsed_seconds: seconds(sample.elapsed),
    })
}

fn line_of(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("numbers and strings have a JSON form");
    text + "\n"
}

fn seconds(time: Duration) -> f64 {
    thousandths(time.as_secs_f64())
}

fn thousandths(x: f64) -> f64 {
    (x * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A step half done.
    fn sample(elapsed: u64) -> Sample {
        Sample {
            step: "district - college: birthdate".into(),
            done: 1_500_000,
            total: Some(3_000_000),
            per_second: Some(12_345.678_9),
            eta: Some(Duration::from_secs(122)),
            elapsed: Duration::from_secs(elapsed),
            in_step: Duration::from_secs(elapsed),
            is_over: false,
        }
    }

    /// The same when it is over.
    fn over(elapsed: u64, in_step: u64) -> Sample {
        Sample {
            done: 3_000_000,
            eta: Some(Duration::ZERO),
            in_step: Duration::from_secs(in_step),
            is_over: true,
            ..sample(elapsed)
        }
    }

    fn unknown(done: u64) -> Sample {
        Sample {
            done,
            total: None,
            per_second: None,
            eta: None,
            ..sample(70)
        }
    }

    #[test]
    fn words_say_what_is_known() {
        assert_eq!(
            words(&sample(121)),
            "district - college: birthdate: 50 %, 1,500,000 of 3,000,000, 12,346/s, 00:02:02 left, 00:02:01 elapsed"
        );
        assert_eq!(
            words(&over(300, 299)),
            "district - college: birthdate: done, 3,000,000, 12,346/s, 00:05:00 elapsed"
        );
        assert_eq!(
            words(&unknown(7)),
            "district - college: birthdate: 7, 00:01:10 elapsed"
        );
        assert_eq!(
            words(&unknown(0)),
            "district - college: birthdate: 00:01:10 elapsed"
        );
        let slow = Sample {
            done: 2_999_999,
            per_second: Some(0.25),
            ..sample(1)
        };
        assert!(words(&slow).contains("99 %") && words(&slow).contains(" 0.2/s"));
    }

    #[test]
    fn people_hear_a_line_a_minute_and_nothing_of_short_runs() {
        let mut voice = Voice::new("match", false);
        let mut said = Vec::new();
        for second in 0..=200 {
            said.extend(voice.going(&sample(second)).map(|line| (second, line)));
        }
        let times: Vec<u64> = said.iter().map(|(s, _)| *s).collect();
        assert_eq!(times, [60, 120, 180]);
        let (_, line) = &said[0];
        assert!(line.starts_with("match: district - college: birthdate: 50 %, "));
        assert!(line.ends_with(" elapsed\n"));
        assert_eq!(line.lines().count(), 1);

        assert_eq!(voice.begun(&sample(201)), None);
        assert_eq!(voice.ended(&over(210, 9)), None, "a short step");
        assert!(voice.ended(&over(230, 60)).is_some(), "a long one");
        assert_eq!(voice.going(&sample(289)), None, "a minute after the last");
        assert!(voice.going(&sample(290)).is_some());
        assert_eq!(voice.over(Duration::from_secs(300), 0), None);
    }

    fn parsed(text: Option<String>) -> Value {
        let text = text.unwrap();
        assert_eq!(text.find('\n'), Some(text.len() - 1), "one line");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn programs_hear_of_every_step_and_once_a_second() {
        let mut voice = Voice::new("match", true);
        assert_eq!(
            parsed(voice.begun(&sample(3))),
            json!({
                "event": "progress", "verb": "match", "step": "district - college: birthdate",
                "done": 1_500_000, "total": 3_000_000, "share": 0.5, "per_second": 12_345.679,
                "eta_seconds": 122.0, "elapsed_seconds": 3.0,
            })
        );
        let half = |s: Sample| Sample {
            elapsed: s.elapsed + Duration::from_millis(500),
            ..s
        };
        assert_eq!(voice.going(&half(sample(3))), None);
        assert!(voice.going(&sample(4)).is_some());
        assert_eq!(voice.going(&half(sample(4))), None);
        let last = parsed(voice.ended(&half(over(4, 1))));
        assert_eq!(
            (&last["share"], &last["eta_seconds"]),
            (&json!(1.0), &json!(0.0))
        );
        let open = parsed(voice.begun(&unknown(0)));
        for field in ["total", "share", "per_second", "eta_seconds"] {
            assert!(open[field].is_null(), "{field}");
        }
    }

    #[test]
    fn programs_hear_how_it_ended() {
        let voice = Voice::new("encode", true);
        let elapsed = Duration::from_millis(1_500);
        assert_eq!(
            parsed(voice.over(elapsed, 0)),
            json!({"event": "done", "verb": "encode", "exit_code": 0, "elapsed_seconds": 1.5})
        );
        assert_eq!(
            parsed(voice.over(elapsed, 4)),
            json!({"event": "failed", "verb": "encode", "exit_code": 4, "elapsed_seconds": 1.5})
        );
    }
}
