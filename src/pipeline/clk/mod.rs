//! The verbs under `clk`: what projects do today with clkhash and anonlink.

pub mod describe;
#[cfg(feature = "operator")]
pub mod link;
pub mod transfer;
