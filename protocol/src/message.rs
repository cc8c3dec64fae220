//! The signalling messages, as JSON text frames on one WebSocket.
//!
//! Every frame carries a sequence number that starts at 1 with each connection and grows by one, so that
//! a lost or repeated frame is noticed. The client speaks first, with [`ClientMessage::Hello`]; then it
//! signs in or resumes, and gets a [`RelayMessage::SignedIn`] with a token and a full snapshot.
//!
//! Hello, its answers and the refusals keep their form in all versions: it is by them that a page learns that it is too old.
//!
//! A variant with fields is written as an object with one key, its name; one without as its name alone: `"sync"`,
//! `{"ping": {"nonce": 7}}`. To read a name among the fields, one has to keep all of them until it comes.

use crate::agent::{AgentAction, AgentEvent, Contact};
use crate::{
    Call, CallId, Codec, DialPlan, DialString, DtmfDigits, Failure, Features, Forward, Line, MediaGeneration,
    MediaHolder, RequestId, SessionToken, Snapshot, Watched,
};
use serde::{Deserialize, Serialize};

/// The version of this protocol. A relay refuses a client of another version, which then reloads itself.
pub const PROTOCOL_VERSION: u16 = 4;

/// The largest frame either side accepts, in bytes. A browser's offer is about 4 KB.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// The path of the WebSocket on the relay.
pub const SIGNALLING_PATH: &str = "/api/v1/phone";

/// A message from the client, numbered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientFrame {
    /// 1 for the first frame of a connection, then one more each.
    pub seq: u64,
    /// What it says.
    pub message: ClientMessage,
}

/// What a client says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientMessage {
    /// The first message on a connection.
    Hello {
        /// [`PROTOCOL_VERSION`] of the client.
        version: u16,
    },
    /// Signs in with a name and a password. Answered by `SignedIn` or `Failed`.
    SignIn {
        /// The user's name.
        user: String,
        /// The user's password. Never logged: `Debug` of this type hides it.
        password: String,
    },
    /// Goes on with an earlier session after a reload or a broken connection. Answered by `SignedIn` or `Failed`.
    Resume {
        /// The token of that session.
        token: SessionToken,
    },
    /// Ends the session: calls are hung up and the token is worth nothing any more.
    SignOut,
    /// Asks for a full snapshot, after a gap in the sequence.
    Sync,
    /// Keeps the connection alive. Answered by `Pong` with the same number.
    Ping {
        /// Any number.
        nonce: u64,
    },
    /// Offers a new peer connection for the warm leg. Answered by `MediaAnswer` or `Failed`.
    MediaOffer {
        /// Names the peer connection in the answer.
        generation: MediaGeneration,
        /// The browser's SDP offer: one audio section and one data channel section. Candidates may be
        /// missing, since the relay is ICE-lite and learns the address from the checks.
        sdp: String,
        /// Whether to take the phone over if another tab has it.
        take_over: bool,
    },
    /// Gives up the peer connection of that generation (sign-out or a closed tab).
    MediaClosed {
        /// Which.
        generation: MediaGeneration,
    },
    /// Calls somebody; the call that the user talks in is put on hold. Answered by `Accepted` with the call's
    /// id, or `Failed`.
    Dial {
        /// Names the request in the answer.
        request: RequestId,
        /// Whom to call.
        target: DialString,
    },
    /// Answers a ringing call; the call that the user talks in is put on hold.
    Answer {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
    },
    /// Rejects a ringing call: the caller hears busy.
    Reject {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
    },
    /// Hangs up a call, or cancels it while it is being set up.
    HangUp {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
    },
    /// Keeps the microphone from the other party, or gives it back.
    SetMuted {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
        /// Whether the other party hears silence.
        muted: bool,
    },
    /// Sends DTMF digits to the other party.
    SendDtmf {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
        /// The digits, in order.
        digits: DtmfDigits,
    },
    /// Takes an ended call off the list.
    Dismiss {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
    },
    /// Puts a call on hold, or resumes it. Resuming holds the call that the user talks in, so that this is how
    /// one swaps between two.
    SetHeld {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
        /// Whether it is to be held.
        held: bool,
    },
    /// Holds a call and calls somebody to talk about it. Answered by `Accepted` with the new call's id.
    Consult {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
        /// Whom to ask.
        target: DialString,
    },
    /// Transfers the other party of a call to somebody else.
    Transfer {
        /// Names the request in the answer.
        request: RequestId,
        /// Whose other party.
        call: CallId,
        /// To whom.
        to: TransferTarget,
    },
    /// Makes a conference of two calls, or takes a call into the conference that the other is part of.
    Join {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
        /// With which other.
        with: CallId,
    },
    /// Takes a call out of its conference and holds it.
    Split {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
    },
    /// Parks a call where the telephone system keeps it for whoever fetches it.
    Park {
        /// Names the request in the answer.
        request: RequestId,
        /// Which call.
        call: CallId,
    },
    /// Takes a call that rings at another phone. Answered by `Accepted` with the call's id.
    PickUp {
        /// Names the request in the answer.
        request: RequestId,
        /// At which phone; none for any of the user's group.
        number: Option<DialString>,
    },
    /// Whether callers hear busy instead of ringing.
    SetDoNotDisturb {
        /// Names the request in the answer.
        request: RequestId,
        /// Whether they do.
        on: bool,
    },
    /// Where calls go instead of ringing here.
    SetForward {
        /// Names the request in the answer.
        request: RequestId,
        /// It, in full.
        forward: Forward,
    },
    /// Something that only a contact-centre agent can ask for. Answered by `Accepted` with the call's id where it made
    /// one, `Contacts` or `Failed`. What comes of it is told by [`AgentEvent`]s.
    Agent {
        /// Names the request in the answer.
        request: RequestId,
        /// What.
        action: AgentAction,
    },
}

impl ClientMessage {
    /// What names the message in its answer; none for what has no such answer.
    #[must_use]
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::Dial { request, .. }
            | Self::Answer { request, .. }
            | Self::Reject { request, .. }
            | Self::HangUp { request, .. }
            | Self::SetMuted { request, .. }
            | Self::SendDtmf { request, .. }
            | Self::Dismiss { request, .. }
            | Self::SetHeld { request, .. }
            | Self::Consult { request, .. }
            | Self::Transfer { request, .. }
            | Self::Join { request, .. }
            | Self::Split { request, .. }
            | Self::Park { request, .. }
            | Self::PickUp { request, .. }
            | Self::SetDoNotDisturb { request, .. }
            | Self::SetForward { request, .. }
            | Self::Agent { request, .. } => Some(*request),
            Self::Hello { .. }
            | Self::SignIn { .. }
            | Self::Resume { .. }
            | Self::SignOut
            | Self::Sync
            | Self::Ping { .. }
            | Self::MediaOffer { .. }
            | Self::MediaClosed { .. } => None,
        }
    }
}

/// To whom the other party of a call is transferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferTarget {
    /// To a person who has not been asked: a blind transfer.
    Person(DialString),
    /// To the other party of another call of the user: an attended transfer.
    Call(CallId),
}

impl std::fmt::Debug for ClientMessage {
    /// Names the message and the call it is about, and nothing that is secret or personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, call) = match self {
            Self::Hello { .. } => ("Hello", None),
            Self::SignIn { .. } => ("SignIn", None),
            Self::Resume { .. } => ("Resume", None),
            Self::SignOut => ("SignOut", None),
            Self::Sync => ("Sync", None),
            Self::Ping { .. } => ("Ping", None),
            Self::MediaOffer { .. } => ("MediaOffer", None),
            Self::MediaClosed { .. } => ("MediaClosed", None),
            Self::Dial { .. } => ("Dial", None),
            Self::Answer { call, .. } => ("Answer", Some(call)),
            Self::Reject { call, .. } => ("Reject", Some(call)),
            Self::HangUp { call, .. } => ("HangUp", Some(call)),
            Self::SetMuted { call, .. } => ("SetMuted", Some(call)),
            Self::SendDtmf { call, .. } => ("SendDtmf", Some(call)),
            Self::Dismiss { call, .. } => ("Dismiss", Some(call)),
            Self::SetHeld { call, .. } => ("SetHeld", Some(call)),
            Self::Consult { call, .. } => ("Consult", Some(call)),
            Self::Transfer { call, .. } => ("Transfer", Some(call)),
            Self::Join { call, .. } => ("Join", Some(call)),
            Self::Split { call, .. } => ("Split", Some(call)),
            Self::Park { call, .. } => ("Park", Some(call)),
            Self::PickUp { .. } => ("PickUp", None),
            Self::SetDoNotDisturb { .. } => ("SetDoNotDisturb", None),
            Self::SetForward { .. } => ("SetForward", None),
            Self::Agent { .. } => ("Agent", None),
        };
        match call {
            Some(call) => write!(f, "{name}({call})"),
            None => f.write_str(name),
        }
    }
}

/// A message from the relay, numbered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelayFrame {
    /// 1 for the first frame of a connection, then one more each.
    pub seq: u64,
    /// What it says.
    pub message: RelayMessage,
}

/// What the relay says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayMessage {
    /// The answer to `Hello`.
    Welcome {
        /// [`PROTOCOL_VERSION`] of the relay.
        version: u16,
        /// How often the client has to send a `Ping`, in milliseconds. Three missed pings and the relay
        /// takes the client for gone; the client takes the relay for gone likewise.
        heartbeat_ms: u32,
    },
    /// The session is on.
    SignedIn {
        /// Resumes this session later. A new one each time; the old one is worth nothing any more.
        token: SessionToken,
        /// How long the relay keeps the user's calls after the connection broke, in milliseconds.
        grace_ms: u32,
        /// Everything there is to know.
        snapshot: Snapshot,
        /// How the user's numbers are dialled, to be shown while they are typed; none where they are dialled as they
        /// are typed. The relay dials by its own copy. It is no part of the snapshot, since it stays the same for as
        /// long as the relay runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dial_plan: Option<Box<DialPlan>>,
    },
    /// Everything there is to know, after `Sync`.
    Snapshot {
        /// It.
        snapshot: Snapshot,
    },
    /// The session is over: signed out, signed in elsewhere with the token, or expired.
    SignedOut {
        /// Why, where it was not the user's own doing.
        failure: Option<Failure>,
    },
    /// Something has changed.
    Event {
        /// What.
        event: Event,
    },
    /// The relay's answer to an offer.
    MediaAnswer {
        /// Of which offer.
        generation: MediaGeneration,
        /// The SDP answer. Its codecs are those that the relay can carry, in the relay's order.
        sdp: String,
    },
    /// The peer connection is of no use any more (media moved to another tab, or the path died).
    MediaLost {
        /// Which.
        generation: MediaGeneration,
        /// Why. `PhoneInOtherTab` means: do not offer again by yourself. Anything else: offer a new one.
        failure: Failure,
    },
    /// Which codec the browser is to send from now on, by `RTCRtpSender.setParameters`, since the
    /// relay passes packets through to a SIP side that chose it.
    SendCodec {
        /// Of which peer connection.
        generation: MediaGeneration,
        /// It.
        codec: Codec,
    },
    /// The request was carried out, or is under way.
    Accepted {
        /// Which.
        request: RequestId,
        /// The call it made or is about; none where it is about no call.
        call: Option<CallId>,
    },
    /// The request was refused, or (without a request) the connection is about to be closed for that reason.
    Failed {
        /// Which, where it was one.
        request: Option<RequestId>,
        /// Why.
        failure: Failure,
    },
    /// Whom the phone books know, as an answer to [`AgentAction::FindContact`]. Those that match best come first; there are
    /// at most 50.
    Contacts {
        /// Which request.
        request: RequestId,
        /// Them.
        contacts: Vec<Contact>,
    },
    /// The answer to `Ping`.
    Pong {
        /// The number of the ping.
        nonce: u64,
        /// The relay's clock, in milliseconds since the Unix epoch.
        now_ms: u64,
    },
}

/// A change to the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A call is new or has changed.
    CallChanged {
        /// As it is now.
        call: Call,
    },
    /// A call is off the list.
    CallRemoved {
        /// Which.
        call: CallId,
    },
    /// The line has changed.
    LineChanged {
        /// As it is now.
        line: Line,
    },
    /// What the line does beside calls has changed.
    FeaturesChanged {
        /// As they are now.
        features: Features,
    },
    /// A watched phone has changed.
    WatchedChanged {
        /// As it is now.
        watched: Watched,
    },
    /// The phone has moved between tabs.
    MediaHolderChanged {
        /// Where it is now.
        media: MediaHolder,
    },
    /// The other party pressed keys.
    DtmfReceived {
        /// In which call.
        call: CallId,
        /// Which.
        digits: DtmfDigits,
    },
    /// What concerns a contact-centre agent has changed.
    Agent(Box<AgentEvent>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_names_its_message_before_what_is_in_it() {
        let frame = ClientFrame {
            seq: 7,
            message: ClientMessage::Dial {
                request: RequestId(3),
                target: "+44 20 7946 0018".parse().unwrap(),
            },
        };
        let json = serde_json::to_value(&frame).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"seq": 7, "message": {"dial": {"request": 3, "target": "+442079460018"}}})
        );
        assert_eq!(serde_json::from_value::<ClientFrame>(json).unwrap(), frame);
    }

    #[test]
    fn debug_output_names_no_number_and_no_secret() {
        let said = [
            ClientMessage::SignIn { user: "alice".into(), password: "hunter2".into() },
            ClientMessage::Resume { token: SessionToken("t0ken".into()) },
            ClientMessage::Dial { request: RequestId(1), target: "1001".parse().unwrap() },
        ];
        let text = format!("{said:?}");
        for secret in ["alice", "hunter2", "t0ken", "1001"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
