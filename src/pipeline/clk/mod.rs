//! The verbs under `clk`: what projects do today with clkhash and anonlink.

#[cfg(feature = "operator")]
pub mod link;
