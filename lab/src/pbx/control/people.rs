//! Telephones that are called, and people who are played.

use rsipstack::sip::{Header, Transport};
use tokio::sync::{mpsc, watch};
use tracing::info;

use super::call::{End, Party, State};
use super::leg::{self, Line, Wanted};
use super::switch::Switch;
use crate::media::dtmf::Digit;
use crate::media::simulated::{Simulated, Voice};
use crate::pbx::exchange::Shared;
use crate::pbx::leg::Media;
use crate::pbx::outbound::Caller;
use crate::pbx::sdp::Direction;

impl Switch {
    /// Somebody who is played.
    pub(super) fn somebody(&mut self, address: &str, state: State, voice: Voice) -> Party {
        let played = Simulated::start(voice);
        let sound = played.sound();
        let mut party = Party::new(self.next_party(), address, state, sound, End::Played(played));
        party.is_connected = state != State::Ringing;
        party
    }

    /// Calls a telephone on behalf of `caller`, where it can be reached; with the hint to answer at once if so wanted.
    pub(super) async fn telephone(
        &mut self,
        address: &str,
        state: State,
        caller: &str,
        at_once: bool,
    ) -> Option<Party> {
        let binding = self.exchange.locations.locate(address)?;
        let (sender, keys) = mpsc::unbounded_channel();
        let media = match Media::open_switched(&self.exchange, sender).await {
            Ok(media) => media,
            Err(error) => {
                info!(%error, "no media for a call");
                return None;
            }
        };
        let (party, line) = self.line(address, state, caller, &media, keys);
        let headers = if at_once { self.answer_at_once() } else { Vec::new() };
        let caller = Caller { number: caller.to_owned(), display_name: None, headers };
        self.exchange.calls.spawn(leg::call(Shared::clone(&self.exchange), line, media, binding, caller));
        Some(party)
    }

    /// What has a telephone answer by itself, in the two ways that telephones know.
    fn answer_at_once(&self) -> Vec<Header> {
        let here = self.exchange.uri("pbx", Transport::Udp);
        vec![
            Header::CallInfo(format!("<{here}>;answer-after=0").into()),
            Header::AlertInfo(format!("<{here}>;info=alert-autoanswer;delay=0").into()),
        ]
    }

    pub(super) fn line(
        &mut self,
        address: &str,
        state: State,
        with: &str,
        media: &Media,
        keys: mpsc::UnboundedReceiver<Digit>,
    ) -> (Party, Line) {
        let id = self.next_party();
        let first = Wanted { direction: Direction::SendReceive, with: with.to_owned(), again: 0 };
        let (wanted, known) = watch::channel(first);
        let (orders, receiver) = mpsc::unbounded_channel();
        let end = End::Telephone { orders, wanted };
        let party = Party::new(id, address, state, media.session.sound(), end);
        let happenings = self.happenings.clone().unwrap_or_else(|| mpsc::unbounded_channel().0);
        (party, Line { party: id, wanted: known, orders: receiver, keys, happenings })
    }
}
