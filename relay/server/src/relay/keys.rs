//! The keys that our users press in calls, in whichever way the other side wants to hear of them.

use super::Relay;
use super::carry_out::report;
use sidetone_bridge::FarLegId;
use sidetone_protocol::DtmfDigits;
use sidetone_sip::LegId;

/// How keys reach the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It has subscribed to them (RFC 4730).
    Kpml(LegId),
    /// It takes no telephone events, but INFO.
    Info(LegId),
    /// As telephone events (RFC 4733), or as tones where there is nothing better.
    Media,
}

impl Relay {
    /// The other party wants our keys by SIP, or with the media again.
    pub(super) fn keys_by_signalling(&mut self, sip: LegId, wanted: bool) {
        if let Some(leg) = self.far.by_sip(sip).and_then(|id| self.far.get_mut(id)) {
            leg.keys_by_signalling = wanted;
        }
    }

    pub(super) fn send_dtmf(&mut self, id: FarLegId, digits: &DtmfDigits) {
        let Some(leg) = self.far.get(id) else { return };
        let rtp = leg.rtp;
        let way = match leg.sip {
            Some(sip) if leg.keys_by_signalling => Way::Kpml(sip),
            Some(sip)
                if leg.negotiated.as_ref().is_some_and(|agreed| agreed.telephone_event.is_none())
                    && self.sip.allows_info(sip) =>
            {
                Way::Info(sip)
            }
            Some(_) | None => Way::Media,
        };
        let time = self.sip_time();
        // What the other side does not take by SIP goes with the media.
        let with_media = |digit: &char| match way {
            Way::Kpml(sip) => !matches!(self.sip.send_kpml_digit(time, &mut self.rng, sip, *digit), Ok(true)),
            Way::Info(sip) => self.sip.send_info(time, &mut self.rng, sip, *digit).is_err(),
            Way::Media => true,
        };
        let digits: String = digits.as_str().chars().filter(with_media).collect();
        if !digits.is_empty() {
            report(self.media.send_dtmf(rtp, &digits), "send DTMF");
        }
    }
}
