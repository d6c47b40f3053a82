//! How far a step is and how fast it goes, from reports and a clock that the caller reads.
//!
//! Nothing here waits, prints or asks for the time: every function is told it, as the time since
//! the verb began.

use std::collections::VecDeque;
use std::time::Duration;

/// A rate is measured over this time at most, so that it follows a change of pace.
const WINDOW: Duration = Duration::from_secs(30);
/// The least time between two marks of the window.
const APART: Duration = Duration::from_secs(1);
/// A rate over less time than this is noise.
const LEAST: Duration = Duration::from_millis(500);

/// The step that a verb is in, and how far it has come.
#[derive(Debug, Default)]
pub(super) struct Meter {
    step: Option<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    began: Duration,
    /// Units done at the first report.
    first: u64,
    done: u64,
    /// 0 if not known.
    total: u64,
    /// Times and units done at them, from the oldest of the window on.
    marks: VecDeque<(Duration, u64)>,
}

/// What is known of a step at one time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    /// The step's name.
    pub(super) step: String,
    /// Units done.
    pub(super) done: u64,
    /// Units in all, once that is known.
    pub(super) total: Option<u64>,
    /// Units a second, once enough time has passed to tell.
    pub(super) per_second: Option<f64>,
    /// Time until the step is over, where total and rate are known.
    pub(super) eta: Option<Duration>,
    /// Time since the verb began.
    pub(super) elapsed: Duration,
    /// Time since the step began.
    pub(super) in_step: Duration,
    /// Whether the step is over.
    pub(super) is_over: bool,
}

impl Sample {
    /// The share of the step that is done, 0 to 1, if that is known; 1 when it is over.
    pub(super) fn share(&self) -> Option<f64> {
        if self.is_over {
            return Some(1.0);
        }
        self.total.map(|t| self.done as f64 / t as f64)
    }
}

impl Meter {
    /// Takes in a report. If it begins a step, returns the end of the last one, if there was one,
    /// and the beginning of the new one.
    ///
    /// A step begins with its first report, and anew with `done` 0 after it had come further.
    /// Reports may come out of order, as threads give them: the furthest counts. The first total
    /// counts, so that a share never falls.
    pub(super) fn at(
        &mut self,
        now: Duration,
        step: &str,
        done: u64,
        total: u64,
    ) -> Option<(Option<Sample>, Sample)> {
        if let Some(current) = &mut self.step
            && current.name == step
            && (done > 0 || current.done == 0)
        {
            if current.total == 0 {
                current.total = total;
            }
            current.done = current.done.max(done);
            return None;
        }
        let ended = self.finish(now);
        let began = self.step.insert(Step {
            name: step.to_owned(),
            began: now,
            first: done,
            done,
            total,
            marks: VecDeque::from([(now, done)]),
        });
        Some((ended, began.sample(now)))
    }

    /// How far the step is, if there is one.
    pub(super) fn sample(&mut self, now: Duration) -> Option<Sample> {
        self.step.as_mut().map(|s| s.sample(now))
    }

    /// Ends the step, if there is one. All of it is done then.
    pub(super) fn finish(&mut self, now: Duration) -> Option<Sample> {
        self.step.take().map(|s| s.end(now))
    }
}

impl Step {
    fn sample(&mut self, now: Duration) -> Sample {
        let is_old = |m: &(Duration, u64)| now.saturating_sub(m.0) > WINDOW;
        while self.marks.len() > 1 && self.marks.front().is_some_and(is_old) {
            self.marks.pop_front();
        }
        let from = self.marks.front().copied();
        let (since, units) = from.unwrap_or((self.began, self.first));
        let per_second = rate(now.saturating_sub(since), self.done - units);
        let last = self.marks.back().map_or(self.began, |m| m.0);
        if now.saturating_sub(last) >= APART {
            self.marks.push_back((now, self.done));
        }
        let total = (self.total > 0).then_some(self.total.max(self.done));
        let eta = total.zip(per_second).and_then(|(total, rate)| {
            Duration::try_from_secs_f64((total - self.done) as f64 / rate).ok()
        });
        Sample {
            step: self.name.clone(),
            done: self.done,
            total,
            per_second,
            eta,
            elapsed: now,
            in_step: now.saturating_sub(self.began),
            is_over: false,
        }
    }

    /// The rate of a step that is over is that of the whole step.
    fn end(self, now: Duration) -> Sample {
        let done = self.done.max(self.total);
        let in_step = now.saturating_sub(self.began);
        Sample {
            step: self.name,
            done,
            total: Some(done),
            per_second: rate(in_step, done - self.first),
            eta: Some(Duration::ZERO),
            elapsed: now,
            in_step,
            is_over: true,
        }
    }
}

/// Units a second; `None` if that cannot be told, since too little time has passed or nothing moved.
fn rate(time: Duration, units: u64) -> Option<f64> {
    (time >= LEAST && units > 0).then(|| units as f64 / time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(s: f64) -> Duration {
        Duration::from_secs_f64(s)
    }

    /// A meter of a step of 1,000 units that began at 10 s.
    fn begun() -> Meter {
        let mut meter = Meter::default();
        assert!(meter.at(secs(10.0), "encode", 0, 1_000).is_some());
        meter
    }

    #[test]
    fn rate_share_and_time_left() {
        let mut meter = begun();
        assert_eq!(meter.at(secs(14.0), "encode", 200, 1_000), None);
        let sample = meter.sample(secs(14.0)).unwrap();
        assert_eq!(sample.share(), Some(0.2));
        assert_eq!(sample.per_second, Some(50.0));
        assert_eq!(sample.eta, Some(secs(16.0)));
        assert_eq!((sample.elapsed, sample.in_step), (secs(14.0), secs(4.0)));
        assert!(!sample.is_over);
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        let mut meter = begun();
        meter.at(secs(10.1), "encode", 5, 1_000);
        let early = meter.sample(secs(10.1)).unwrap();
        assert_eq!((early.per_second, early.eta), (None, None), "too early");
        meter.at(secs(11.0), "read", 7, 0);
        let open = meter.sample(secs(11.0)).unwrap();
        assert_eq!((open.total, open.share(), open.eta), (None, None, None));
        let idle = meter.sample(secs(20.0)).unwrap();
        assert_eq!(idle.per_second, None, "nothing moved");
    }

    #[test]
    fn the_rate_follows_a_change_of_pace() {
        let mut meter = begun();
        for second in 1..=100 {
            // 1 a second for 50 seconds, then 10 a second.
            let done = second.min(50) + 10 * (second.max(50) - 50);
            meter.at(secs(10.0 + second as f64), "encode", done, 1_000);
            meter.sample(secs(10.0 + second as f64));
        }
        let sample = meter.sample(secs(110.0)).unwrap();
        assert_eq!(sample.per_second, Some(10.0));
        assert_eq!(sample.eta, Some(secs(45.0)));
        assert!(meter.step.unwrap().marks.len() <= 32, "bounded");
    }

    #[test]
    fn threads_may_overtake_each_other() {
        let mut meter = begun();
        meter.at(secs(11.0), "encode", 300, 1_000);
        meter.at(secs(11.0), "encode", 200, 1_000);
        assert_eq!(meter.sample(secs(11.0)).unwrap().done, 300);
    }

    #[test]
    fn a_share_never_falls() {
        let mut meter = Meter::default();
        let (mut last, mut shares) = (0.0, Vec::new());
        for (second, done, total) in [(0, 0, 0), (1, 10, 0), (2, 20, 40), (3, 30, 90), (4, 50, 60)]
        {
            meter.at(Duration::from_secs(second), "read", done, total);
            let share = meter.sample(Duration::from_secs(second)).unwrap().share();
            assert!(share.is_none_or(|s| s >= last), "{second}");
            last = share.unwrap_or(last);
            shares.push(share);
        }
        assert_eq!(shares, [None, None, Some(0.5), Some(0.75), Some(1.0)]);
    }

    #[test]
    fn a_step_ends_where_the_next_begins() {
        let mut meter = begun();
        meter.at(secs(12.0), "encode", 900, 1_000);
        let (ended, began) = meter.at(secs(20.0), "write", 0, 0).unwrap();
        let ended = ended.unwrap();
        assert!(ended.is_over);
        assert_eq!((ended.done, ended.total), (1_000, Some(1_000)));
        assert_eq!(
            (ended.share(), ended.eta),
            (Some(1.0), Some(Duration::ZERO))
        );
        assert_eq!(ended.per_second, Some(100.0), "of the whole step");
        assert_eq!((began.step.as_str(), began.share()), ("write", None));
        let last = meter.finish(secs(21.0)).unwrap();
        assert_eq!((last.share(), last.total), (Some(1.0), Some(0)));
        assert_eq!(meter.finish(secs(21.0)), None);
    }

    #[test]
    fn a_step_of_the_same_name_begins_anew_at_nothing() {
        let mut meter = begun();
        assert_eq!(meter.at(secs(11.0), "encode", 0, 1_000), None, "still at 0");
        meter.at(secs(12.0), "encode", 1_000, 1_000);
        let (ended, began) = meter.at(secs(13.0), "encode", 0, 500).unwrap();
        assert_eq!(ended.unwrap().done, 1_000);
        assert_eq!((began.done, began.total), (0, Some(500)));
    }

    #[test]
    fn more_done_than_there_is_makes_no_share_above_one() {
        let mut meter = begun();
        meter.at(secs(11.0), "encode", 1_200, 1_000);
        let sample = meter.sample(secs(11.0)).unwrap();
        assert_eq!(
            (sample.share(), sample.eta),
            (Some(1.0), Some(Duration::ZERO))
        );
    }
}
