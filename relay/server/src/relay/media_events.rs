//! What the media plane tells.

use super::{MediaInput, Relay};
use sidetone_bridge::{BrowserEvent, BrowserLegId, FarEvent, FarLegId, LegEnd};
use sidetone_media::{BrowserAnswer, Event, MediaError};
use sidetone_protocol::{Failure, FailureCode};

impl Relay {
    pub(super) fn handle_media(&mut self, input: MediaInput) {
        match input {
            MediaInput::Event(event) => self.media_event(event),
            MediaInput::RtpOpened { leg, result: Ok(address) } => self.rtp_opened(leg, address),
            MediaInput::RtpOpened { leg, result: Err(error) } => self.rtp_refused(leg, &error),
            MediaInput::BrowserOpened { leg, result } => self.browser_opened(leg, result),
        }
    }

    fn media_event(&mut self, event: Event) {
        let now = self.clock.millis();
        match event {
            Event::BrowserConnected { leg } => {
                if let Some(id) = self.browsers.by_media(leg) {
                    self.bridge.browser_leg(now, id, BrowserEvent::Connected);
                }
            }
            Event::BrowserLost { leg, cause } => {
                if let Some(id) = self.browsers.by_media(leg) {
                    tracing::info!(%leg, ?cause, "a browser's media path is gone");
                    self.bridge.browser_leg(now, id, BrowserEvent::Lost);
                }
            }
            Event::RtpTimeout { leg } => self.far_went_silent(leg),
            Event::DtmfReceived { leg, digit } => {
                if let Some(id) = self.far.by_rtp(leg) {
                    self.dtmf_received(id, digit);
                }
            }
            Event::BrowserMoved { leg } => tracing::info!(%leg, "a browser goes on from another address"),
            Event::DataChannelOpened { leg } => tracing::debug!(%leg, "a browser's data channel is open"),
            Event::RtpStarted { leg } => tracing::debug!(%leg, "the other party sends audio"),
            Event::DtmfSent { leg } => tracing::debug!(%leg, "all digits were sent"),
        }
    }

    pub(super) fn dtmf_received(&mut self, id: FarLegId, digit: char) {
        match digit.to_string().parse() {
            Ok(digits) => self.bridge.far_leg(self.clock.millis(), id, FarEvent::Dtmf { digits }),
            Err(error) => tracing::warn!(leg = id.0, %error, "an event that is no digit was taken for one"),
        }
    }

    fn rtp_refused(&mut self, id: FarLegId, error: &MediaError) {
        tracing::error!(leg = id.0, %error, "a call has no RTP port");
        let failure = Failure::with_detail(FailureCode::MediaExhausted, error.to_string());
        let Some(leg) = self.far.get(id) else { return };
        match leg.sip {
            // The caller waits: tell them, and forget the leg when that is done.
            Some(sip) => {
                let time = self.sip_time();
                if let Err(error) = self.sip.reject(time, &mut self.rng, sip, 503) {
                    tracing::debug!(%error, "the caller gave up first");
                }
                let end = LegEnd::Failed(failure);
                self.bridge.far_leg(self.clock.millis(), id, FarEvent::Ended { end });
            }
            None => self.drop_far_leg(id, LegEnd::Failed(failure)),
        }
    }

    fn browser_opened(&mut self, id: BrowserLegId, result: Result<BrowserAnswer, MediaError>) {
        let event = match result {
            Ok(answer) => {
                if let Some(leg) = self.browsers.get_mut(id) {
                    leg.codecs = Some(answer.codecs);
                }
                BrowserEvent::Opened { answer: answer.sdp }
            }
            Err(error) => {
                tracing::warn!(leg = id.0, %error, "a browser's offer was refused");
                let code = match error {
                    MediaError::Offer(_) => FailureCode::MediaRejected,
                    _ => FailureCode::Internal,
                };
                BrowserEvent::Refused { failure: Failure::with_detail(code, error.to_string()) }
            }
        };
        self.bridge.browser_leg(self.clock.millis(), id, event);
    }
}
