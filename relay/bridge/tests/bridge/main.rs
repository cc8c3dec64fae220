//! Calls as their user lives them, in virtual time.

mod answering;
mod losing_the_browser;
mod no_leg_is_left_behind;
mod phone_in_two_tabs;
mod placing_a_call;
mod stand;
