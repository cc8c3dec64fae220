//! Accessible building blocks that every skin shares. Each has its styles beside it.

mod button;
mod field;
mod icon;
mod keypad;
mod live_region;
mod notice;
mod status;
mod timer;

pub use button::{Button, Kind};
pub use field::Field;
pub use icon::{Glyph, Icon};
pub use keypad::Keypad;
pub use live_region::{LiveRegion, Urgency};
pub use notice::NoticeBar;
pub use status::StatusLine;
pub use timer::{Timer, clock_text};
