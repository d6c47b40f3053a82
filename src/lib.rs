//! Record linkage in which names and birthdates stay with their owner.

pub mod atomic;
pub mod cli;
pub mod csvfile;
pub mod error;
pub mod evaluate;
pub mod matcher;
pub mod owner;
pub mod pipeline;
pub mod project;
pub mod synth;
pub mod token;
pub mod units;
