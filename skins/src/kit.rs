//! Accessible building blocks that every skin shares. Each has its styles beside it.

mod button;
mod derived;
mod field;
mod focus;
mod icon;
mod keypad;
mod live_region;
mod meter;
mod notice;
mod select;
mod status;
mod timer;

pub use button::{Button, Kind};
pub use derived::{Part, When, derived, each, memo};
pub use field::Field;
pub use focus::{catch_focus, focus, give_focus_back, is_adrift, on_stray_key};
pub use icon::{Glyph, Icon};
pub use keypad::Keypad;
pub use live_region::{LiveRegion, Urgency};
pub use meter::Meter;
pub use notice::NoticeBar;
pub use select::{Choice, Select};
pub use status::StatusLine;
pub use timer::{Timer, clock_text, time_of_day};
