//! `clk import` and `clk export`: CLKs of other programs into a token file of a project, and back.

mod export;
#[cfg(feature = "owner")]
mod ids;
#[cfg(feature = "owner")]
mod import;

pub use export::{Export, Exported, Form, export};
#[cfg(feature = "owner")]
pub use import::{Import, Imported, Linkage, Named, import};
