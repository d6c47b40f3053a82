//! Record linkage in which names and birthdates stay with their owner.

pub mod atomic;
pub mod error;
pub mod synth;
pub mod units;
