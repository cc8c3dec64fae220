//! Joins the phone core, the browser and a skin.

#[cfg(target_arch = "wasm32")]
mod runtime;
pub mod shortcuts;
#[cfg(target_arch = "wasm32")]
mod start;
