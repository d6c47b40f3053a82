//! The verbs under `clk`: what projects do today with clkhash and anonlink.

#[cfg(feature = "owner")]
pub mod benchmark;
pub mod describe;
#[cfg(feature = "owner")]
pub mod encode;
#[cfg(feature = "operator")]
pub mod link;
#[cfg(feature = "owner")]
pub mod schema;
pub mod transfer;
