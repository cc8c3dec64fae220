//! Session timers (RFC 4028): a call whose other side is gone without a word ends after a while.

use super::UserAgent;
use super::respond::{ALLOW, SUPPORTED};
use crate::call::caller::Side;
use crate::call::session::{self, Refresher, SHORTEST};
use crate::call::{Session, State, reason};
use crate::message::{Headers, Method, Response, name};
use crate::random::At;
use crate::schedule::Alarm;
use crate::transaction::{ClientEvent, Outcome, ServerId};
use crate::{Cause, LegId};
use std::time::Duration;

/// The pauses between attempts to refresh that failed.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The shortest interval that is kept to, also where the other side insists on less than RFC 4028 §4 allows: nobody is to
/// make us send without a pause.
const SHORTEST_KEPT: Duration = Duration::from_secs(20);
/// How often a longer interval is taken in one call: each proxy on the way may ask once.
const MOST_LENGTHENINGS: u8 = 5;

impl UserAgent {
    /// The interval that our calls ask for.
    pub(super) fn session_wish(&self) -> Option<Duration> {
        let wish = self.net.settings.session_expires;
        (!wish.is_zero()).then(|| wish.max(SHORTEST))
    }

    /// What a request of ours says about the timer that holds; the roles are those of this request.
    pub(super) fn session_headers(&self, leg: LegId) -> Headers {
        let mut headers = Headers::new();
        let Some(leg) = self.legs.get(&leg) else { return headers };
        let Some(session) = &leg.session else { return headers };
        let refresher = if session.we_refresh { "uac" } else { "uas" };
        let seconds = session.interval.max(leg.min_se).as_secs();
        headers.push(name::SESSION_EXPIRES, format!("{seconds};refresher={refresher}"));
        headers.push(name::MIN_SE, leg.min_se.as_secs().to_string());
        headers
    }

    /// 422: somebody wants a longer interval. False: it says nothing that would help.
    pub(super) fn take_longer(&mut self, leg: LegId, response: &Response) -> bool {
        let Some(leg) = self.legs.get_mut(&leg) else { return false };
        match session::least(&response.headers) {
            Some(least) if least > leg.min_se && leg.lengthened < MOST_LENGTHENINGS => {
                leg.min_se = least;
                leg.lengthened += 1;
                true
            }
            Some(_) | None => false,
        }
    }

    pub(super) fn refuse_short_session(&mut self, at: &mut At<'_>, server: ServerId) {
        let least = SHORTEST.as_secs().to_string();
        self.respond_with(at, server, 422, |response| response.headers.push(name::MIN_SE, least));
    }

    /// Our request was accepted: what its 2xx says about the timer holds (RFC 4028 §7.2).
    pub(super) fn begin_session(&mut self, at: &mut At<'_>, leg: LegId, response: &Response) {
        match session::expires(&response.headers).filter(|(interval, _)| !interval.is_zero()) {
            Some((interval, refresher)) => {
                self.set_session(at, leg, interval.max(SHORTEST_KEPT), refresher != Some(Refresher::Uas));
            }
            None => self.end_session(leg),
        }
    }

    /// We accept a request: chooses who refreshes and says so in the 2xx (RFC 4028 §9).
    pub(super) fn accept_session(
        &mut self,
        at: &mut At<'_>,
        leg: LegId,
        server: ServerId,
        response: &mut Headers,
    ) {
        let Some(transaction) = self.servers.get(server) else { return };
        let Some(found) = self.legs.get_mut(&leg) else { return };
        if !matches!(found.state, State::Up(_)) {
            return;
        }
        let request = &transaction.request.headers;
        let supported = session::is_supported(request);
        found.min_se = found.min_se.max(session::least(request).unwrap_or_default());
        let asked = session::expires(request).filter(|(interval, _)| *interval >= SHORTEST);
        let holds = found.session.as_ref().map(|session| (session.interval, session.we_refresh));
        let (interval, refresher) = match (asked, holds) {
            (Some(asked), _) => asked,
            (None, Some((interval, _))) if supported => (interval, None),
            (None, Some((interval, we_refresh))) => {
                // Nothing is said about the timer, yet the other side is alive.
                return self.set_session(at, leg, interval, we_refresh);
            }
            (None, None) => return,
        };
        let we_refresh = match refresher {
            _ if !supported => true,
            Some(Refresher::Uac) => false,
            Some(Refresher::Uas) => true,
            None => holds.is_some_and(|(_, we_refresh)| we_refresh),
        };
        let role = if we_refresh { "uas" } else { "uac" };
        response.push(name::SESSION_EXPIRES, format!("{};refresher={role}", interval.as_secs()));
        if !we_refresh {
            response.push(name::REQUIRE, "timer");
        }
        self.set_session(at, leg, interval, we_refresh);
    }

    fn set_session(&mut self, at: &mut At<'_>, leg: LegId, interval: Duration, we_refresh: bool) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let refreshing = found.session.take().and_then(|session| session.refreshing);
        found.session = Some(Session { interval, we_refresh, until: at.now + interval, refreshing });
        let end = at.now + (interval - Session::margin(interval));
        self.net.schedule.set(Alarm::SessionExpires(leg), end);
        self.net.schedule.cancel(Alarm::SessionRefresh(leg));
        if we_refresh {
            // RFC 4028 §7.2 and §9: at half of the interval.
            self.net.schedule.set(Alarm::SessionRefresh(leg), at.now + interval / 2);
        }
    }

    fn end_session(&mut self, leg: LegId) {
        if let Some(found) = self.legs.get_mut(&leg) {
            found.session = None;
        }
        for alarm in [Alarm::SessionRefresh(leg), Alarm::SessionExpires(leg)] {
            self.net.schedule.cancel(alarm);
        }
    }

    /// Refreshes by UPDATE where the other side takes it, else by a re-INVITE with what holds (RFC 4028 §7.4).
    pub(super) fn refresh_session(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(found) = self.legs.get(&leg) else { return };
        if found.session.as_ref().is_none_or(|session| session.refreshing.is_some()) {
            return;
        }
        if found.allows(&Method::UPDATE) {
            let session = self.session_headers(leg);
            let client = self.request_in_call(at, leg, Method::UPDATE, |request| {
                request.headers.push(name::ALLOW, ALLOW);
                request.headers.push(name::SUPPORTED, SUPPORTED);
                session.iter().for_each(|(name, value)| request.headers.push(name, value));
            });
            let session = self.legs.get_mut(&leg).and_then(|leg| leg.session.as_mut());
            match (session, client) {
                (Some(session), Some(client)) => session.refreshing = Some(client),
                (_, None) | (None, _) => self.refresh_later(at, leg),
            }
        } else if let Some(sdp) = found.described.holds.clone().filter(|_| self.is_free_to_offer(leg)) {
            self.send_offer(at, leg, sdp, true);
        } else {
            self.refresh_later(at, leg);
        }
    }

    pub(super) fn refresh_later(&mut self, at: &mut At<'_>, leg: LegId) {
        let Some(session) = self.legs.get(&leg).and_then(|leg| leg.session.as_ref()) else { return };
        if session.we_refresh {
            let pause = ((session.until - at.now) / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
            self.net.schedule.set(Alarm::SessionRefresh(leg), at.now + pause);
        }
    }

    /// An offer that would have refreshed the session has failed. Is another attempt needed?
    pub(super) fn refresh_if_due(&mut self, at: &mut At<'_>, leg: LegId) {
        let session = self.legs.get(&leg).and_then(|leg| leg.session.as_ref());
        if session.is_some_and(|s| s.refreshing.is_none() && s.until - at.now <= s.interval / 2) {
            self.refresh_later(at, leg);
        }
    }

    pub(super) fn on_refresh_outcome(&mut self, at: &mut At<'_>, leg: LegId, event: &ClientEvent) {
        let Some(found) = self.legs.get_mut(&leg) else { return };
        let Some(session) = found.session.as_mut().filter(|s| s.refreshing == Some(event.id)) else { return };
        if matches!(&event.outcome, Outcome::Response(response) if response.is_provisional()) {
            return;
        }
        session.refreshing = None;
        if !matches!(found.state, State::Up(_)) {
            return;
        }
        match &event.outcome {
            Outcome::Response(response) if response.is_success() => {
                if let Some(dialog) = found.up_mut().map(|up| &mut up.dialog) {
                    dialog.refresh_target(&response.headers);
                }
                self.note_peer(leg, &response.headers, Side::Called);
                self.begin_session(at, leg, response);
            }
            Outcome::Response(response) if response.status == 422 && self.take_longer(leg, response) => {
                self.refresh_session(at, leg);
            }
            Outcome::Response(response) if matches!(response.status, 405 | 501) => {
                // In spite of its Allow.
                if let Some(leg) = self.legs.get_mut(&leg) {
                    leg.allow.iter_mut().for_each(|allow| allow.retain(|method| method != "UPDATE"));
                }
                self.refresh_session(at, leg);
            }
            Outcome::Response(response) if matches!(response.status, 408 | 481) => {
                self.bye(at, leg, reason::of_response(response));
            }
            Outcome::Response(_) | Outcome::Unsent => self.refresh_later(at, leg),
            Outcome::Timeout => self.bye(at, leg, Cause::Timeout),
        }
    }

    /// Nobody has refreshed.
    pub(super) fn expire_session(&mut self, at: &mut At<'_>, leg: LegId) {
        self.bye(at, leg, Cause::SessionExpired);
    }
}
