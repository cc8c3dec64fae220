//! What the machines ask for: one arm per command.

use super::far_leg::Pending;
use super::lines::account_of;
use super::{MediaInput, Relay};
use sidetone_bridge::{BrowserLegId, Command, FarEvent, FarLegId, LegEnd, Refusal, UserId};
use sidetone_media::{LegId, MediaError};
use sidetone_protocol::{Failure, FailureCode, LineState, RelayMessage};
use sidetone_sip as sip;
use sidetone_sip::offer_answer::Codec;

impl Relay {
    /// Carries out what every machine asks for, until none asks for anything.
    pub(super) fn carry_out(&mut self) {
        loop {
            if let Some(command) = self.bridge.next_command() {
                self.carry_out_bridge(command);
            } else if let Some(command) = self.sip.next_command() {
                self.carry_out_sip(command);
            } else if let Some(user) = self.bridge.next_settled() {
                self.look_at_calls(user);
            } else if let Some(news) = self.agents.next_news() {
                self.agent_news(news);
            } else {
                return;
            }
        }
    }

    fn carry_out_bridge(&mut self, command: Command) {
        match command {
            Command::Tell { client, mut message } => {
                if let RelayMessage::Snapshot { snapshot } = &mut *message {
                    let user = self.sessions.user_of(client);
                    snapshot.agent = user.and_then(|user| self.agents.view(user));
                }
                self.tell(client, *message);
            }
            Command::BringUpLine { user } => self.bring_up_line(user),
            Command::TakeDownLine { user } => {
                self.agent_leaves(user);
                self.take_down_line(user);
            }
            Command::Forget { client } => {
                if let Some(user) = self.sessions.user_of(client) {
                    self.agents.forget(user, client);
                }
                self.sessions.end(client);
                self.connections.remove(&client);
            }
            Command::Dial { leg, user, target } => self.dial(leg, user, &target),
            Command::CallFactory { leg, user } => self.call_factory(leg, user),
            Command::Alert { leg } => self.alert(leg),
            Command::Answer { leg } => self.answer_wanted(leg),
            Command::End { leg, refusal } => self.end_far_leg(leg, &refusal),
            Command::SendDtmf { leg, digits } => self.send_dtmf(leg, &digits),
            Command::OpenBrowserLeg { leg, user, offer } => self.open_browser_leg(leg, user, offer),
            Command::CloseBrowserLeg { leg } => self.close_browser_leg(leg),
            Command::Connect { browser, far } => self.connect(browser, far),
            Command::Disconnect { leg } => self.disconnect(leg),
            Command::Hold { leg, held } => self.hold(leg, held),
            Command::Transfer { leg, target } => self.transfer(leg, &target),
            Command::TransferTo { leg, other } => self.transfer_to(leg, other),
            Command::TransferToRoom { leg, room } => self.transfer_to_room(leg, room),
            Command::FollowTransfer { leg, new } => self.follow_transfer(leg, new),
            Command::RefuseTransfer { leg } => self.refuse_transfer(leg),
            Command::Relate { leg, to } => self.relate(leg, to),
            Command::OpenMix { conference, user } => self.open_mix(conference, user),
            Command::JoinMix { conference, leg } => self.join_mix(conference, leg),
            Command::LeaveMix { conference: _, leg } => self.leave_mix(leg),
            Command::CloseMix { conference } => self.close_mix(conference),
            Command::CallEnded { user, call, ended_at_ms, held_ms } => {
                self.call_ended(user, *call, ended_at_ms, held_ms);
            }
            Command::FeaturesChanged { user, features } => {
                if let Some(name) = self.users.name(user) {
                    self.features.keep(name.to_owned(), features);
                }
            }
        }
    }

    fn carry_out_sip(&mut self, command: sip::Command) {
        match command {
            sip::Command::Send { flow, remote, bytes } => self.sockets.send(flow, remote, bytes),
            sip::Command::Connect { flow, transport, remote, host } => {
                self.sockets.connect(flow, transport, remote, host);
            }
            sip::Command::Close { flow } => self.sockets.close(flow),
            sip::Command::Resolve { query, host, port, transport } => {
                self.sockets.resolve(query, host, port, transport);
            }
            sip::Command::Locate { query, host, transports } => self.sockets.locate(query, host, transports),
            sip::Command::Event(event) => self.sip_event(event),
        }
    }

    fn bring_up_line(&mut self, user: UserId) {
        let Some(account) = self.lines.account(user) else { return };
        let time = self.sip_time();
        match self.sip.add_account(time, &mut self.rng, account_of(user), account) {
            Ok(()) => {
                self.lines.went_up(user);
                self.watch(user);
            }
            Err(error) => {
                tracing::error!(user = user.0, %error, "a line cannot be used as it is configured");
                let failure = Failure::with_detail(FailureCode::LineRejected, error.to_string());
                self.bridge.line_changed(user, LineState::Unavailable { failure });
            }
        }
    }

    fn take_down_line(&mut self, user: UserId) {
        let time = self.sip_time();
        if let Err(error) = self.sip.remove_account(time, &mut self.rng, account_of(user)) {
            tracing::debug!(user = user.0, %error, "the line was down already");
            self.lines.went_down(user);
        }
    }

    /// Opens the RTP port of a leg; what waits for it goes on in [`Self::rtp_opened`].
    pub(super) fn open_far_leg(&mut self, id: FarLegId, user: UserId, pending: Pending) {
        let rtp = LegId::new(self.media.worker_for(u64::from(user.0)), id.0);
        let (codecs, encryption) = (self.codecs_of(user), self.lines.encryption(user));
        self.far.insert(id, super::far_leg::FarLeg::new(user, rtp, codecs, encryption, pending));
        let inputs = self.media_inputs.clone();
        self.media.open_rtp_leg(rtp, move |result| {
            // If the event loop is gone, so is everybody who could care.
            let _ = inputs.send(MediaInput::RtpOpened { leg: id, result });
        });
    }

    fn alert(&mut self, id: FarLegId) {
        let Some(leg) = self.far.get(id).and_then(|leg| leg.sip) else { return };
        let time = self.sip_time();
        if let Err(error) = self.sip.ring(time, &mut self.rng, leg) {
            tracing::debug!(%error, "the caller gave up before the phone rang");
        }
    }

    /// Takes a leg to another party down, in the way its state asks for.
    fn end_far_leg(&mut self, id: FarLegId, refusal: &Refusal) {
        let Some(leg) = self.far.get_mut(id) else { return };
        let Some(sip) = leg.sip else {
            // Nothing was sent yet: there is nobody to tell.
            self.drop_far_leg(id, LegEnd::Party);
            return;
        };
        // Whoever refuses us now is not called again.
        leg.dialled = None;
        let unanswered = matches!(leg.pending, Pending::Answer { .. });
        // The dialog may take half a minute to end if the other side has gone; its ports are free for others now.
        report(self.media.close_leg(leg.rtp), "close an RTP leg");
        let user = leg.user;
        if unanswered {
            return self.refuse(sip, user, refusal);
        }
        let time = self.sip_time();
        if let Err(error) = self.sip.hang_up(time, &mut self.rng, sip) {
            tracing::debug!(%error, "the leg had ended by itself");
        }
    }

    /// Forgets a leg that is gone, frees its port, and tells the bridge.
    pub(super) fn drop_far_leg(&mut self, id: FarLegId, end: LegEnd) {
        let Some(leg) = self.far.remove(id) else { return };
        report(self.media.close_leg(leg.rtp), "close an RTP leg");
        self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
    }

    fn open_browser_leg(&mut self, id: BrowserLegId, user: UserId, offer: String) {
        let media = LegId::new(self.media.worker_for(u64::from(user.0)), id.0);
        self.browsers.insert(id, user, media);
        let inputs = self.media_inputs.clone();
        self.media.open_browser_leg(media, offer, move |result| {
            // If the event loop is gone, so is everybody who could care.
            let _ = inputs.send(MediaInput::BrowserOpened { leg: id, result });
        });
    }

    fn close_browser_leg(&mut self, id: BrowserLegId) {
        let Some(leg) = self.browsers.remove(id) else { return };
        report(self.media.close_leg(leg.media), "close a browser leg");
    }

    fn connect(&mut self, browser: BrowserLegId, far: FarLegId) {
        let (Some(browser), Some(far)) = (self.browsers.get(browser), self.far.get(far)) else { return };
        report(self.media.connect(browser.media, far.rtp), "connect two legs");
    }

    fn disconnect(&mut self, far: FarLegId) {
        let Some(far) = self.far.get(far) else { return };
        report(self.media.disconnect(far.rtp), "set a leg aside");
    }

    /// The codecs for a new call: those of the line that the browser has too.
    pub(super) fn codecs_of(&self, user: UserId) -> Vec<Codec> {
        let line = self.lines.codecs(user).iter().copied();
        match self.browsers.codecs_of(user) {
            Some(browser) => {
                line.filter(|codec| browser.contains(&super::media_format::media(*codec))).collect()
            }
            // The browser is on its way back from a reload; every browser has these.
            None => line.collect(),
        }
    }
}

/// A media command fails only when the media plane is overloaded or gone; whoever runs the relay has to know.
pub(super) fn report(result: Result<(), MediaError>, what: &str) {
    if let Err(error) = result {
        tracing::error!(%error, "the media plane could not {what}");
    }
}
