//! The browser application.
//!
//! - [`phone`]: the pure core, which native tests drive with virtual time,
//! - `browser`: everything that touches the browser,
//! - [`shell`]: joins the two, and mounts a skin.
//!
//! What needs a browser is there on wasm32 only.

#[cfg(target_arch = "wasm32")]
mod browser;
pub mod phone;
pub mod shell;
