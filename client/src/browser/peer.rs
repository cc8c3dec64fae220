//! The warm peer connection.

use super::speaker::Speaker;
use super::{Inbox, promise};
use crate::phone::{Input, PeerEvent};
use gloo::events::EventListener;
use js_sys::{Array, Object, Reflect};
use sidetone_protocol::{Codec, MediaGeneration};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MediaStreamTrack, RtcBundlePolicy, RtcConfiguration, RtcDataChannel, RtcPeerConnection,
    RtcPeerConnectionState, RtcRtpSender, RtcRtpTransceiverDirection, RtcRtpTransceiverInit, RtcSdpType,
    RtcSessionDescriptionInit, RtcTrackEvent,
};

/// A peer connection with one audio section and one data channel. Dropping it closes it.
pub(super) struct Peer {
    generation: MediaGeneration,
    connection: RtcPeerConnection,
    sender: RtcRtpSender,
    inbox: Inbox,
    /// What to send, once that can be set: not before the answer is.
    codec: Rc<Cell<Option<Codec>>>,
    /// An open channel keeps the browser from freezing a tab in the background.
    _keepalive: RtcDataChannel,
    _listeners: [EventListener; 2],
}

impl Peer {
    pub(super) fn open(generation: MediaGeneration, inbox: &Inbox, speaker: &Rc<Speaker>) -> Option<Self> {
        let peer = Self::build(generation, inbox, speaker);
        match peer {
            Ok(peer) => {
                peer.offer();
                Some(peer)
            }
            Err(error) => {
                leptos::logging::warn!("no peer connection: {error:?}");
                inbox(Input::Peer { generation, event: PeerEvent::Failed });
                None
            }
        }
    }

    fn build(generation: MediaGeneration, inbox: &Inbox, speaker: &Rc<Speaker>) -> Result<Self, JsValue> {
        // No ICE servers: the relay is ICE-lite and has an address that can be reached, and it learns this
        // side's from the connectivity checks (RFC 8445 §7.3.1.3).
        let configuration = RtcConfiguration::new();
        configuration.set_bundle_policy(RtcBundlePolicy::MaxBundle);
        let connection = RtcPeerConnection::new_with_configuration(&configuration)?;
        let keepalive = connection.create_data_channel("keepalive");
        // Both ways from the start but without a track, so that a call needs no new offer.
        let init = RtcRtpTransceiverInit::new();
        init.set_direction(RtcRtpTransceiverDirection::Sendrecv);
        let sender = connection.add_transceiver_with_str_and_init("audio", &init).sender();
        let listeners = [
            EventListener::new(&connection, "connectionstatechange", {
                let (inbox, connection) = (Rc::clone(inbox), connection.clone());
                move |_| {
                    if let Some(event) = event_of(connection.connection_state()) {
                        inbox(Input::Peer { generation, event });
                    }
                }
            }),
            EventListener::new(&connection, "track", {
                let speaker = Rc::clone(speaker);
                move |event| {
                    if let Some(event) = event.dyn_ref::<RtcTrackEvent>() {
                        speaker.listen_to(&event.track());
                    }
                }
            }),
        ];
        Ok(Self {
            generation,
            connection,
            sender,
            inbox: Rc::clone(inbox),
            codec: Rc::default(),
            _keepalive: keepalive,
            _listeners: listeners,
        })
    }

    pub(super) fn generation(&self) -> MediaGeneration {
        self.generation
    }

    /// Makes the offer and hands it over at once, without waiting for candidates.
    fn offer(&self) {
        let (generation, connection, inbox) =
            (self.generation, self.connection.clone(), Rc::clone(&self.inbox));
        spawn_local(async move {
            let event = match make_offer(&connection).await {
                Ok(sdp) => PeerEvent::Offered { sdp },
                Err(error) => {
                    leptos::logging::warn!("no offer: {error:?}");
                    PeerEvent::Failed
                }
            };
            inbox(Input::Peer { generation, event });
        });
    }

    pub(super) fn apply_answer(&self, sdp: String) {
        let (generation, inbox) = (self.generation, Rc::clone(&self.inbox));
        let (sender, codec) = (self.sender.clone(), Rc::clone(&self.codec));
        let answer = RtcSessionDescriptionInit::new(RtcSdpType::Answer);
        answer.set_sdp(&sdp);
        promise::then(self.connection.set_remote_description(&answer), move |result| match result {
            Ok(_) => {
                if let Some(codec) = codec.get() {
                    set_codec(&sender, codec);
                }
            }
            Err(error) => {
                leptos::logging::warn!("the answer was refused: {error:?}");
                inbox(Input::Peer { generation, event: PeerEvent::Failed });
            }
        });
    }

    pub(super) fn set_send_codec(&self, codec: Codec) {
        self.codec.set(Some(codec));
        if self.connection.remote_description().is_some() {
            set_codec(&self.sender, codec);
        }
    }

    pub(super) fn send_track(&self, track: Option<&MediaStreamTrack>) {
        promise::report(self.sender.replace_track(track), "the microphone was not attached");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.connection.close();
    }
}

fn event_of(state: RtcPeerConnectionState) -> Option<PeerEvent> {
    match state {
        RtcPeerConnectionState::Connected => Some(PeerEvent::Connected),
        RtcPeerConnectionState::Disconnected => Some(PeerEvent::Disconnected),
        RtcPeerConnectionState::Failed => Some(PeerEvent::Failed),
        // On the way, or closed by this side. The enum is the browser's and open to new states.
        _ => None,
    }
}

async fn make_offer(connection: &RtcPeerConnection) -> Result<String, JsValue> {
    let offer = JsFuture::from(connection.create_offer()).await?;
    let sdp = Reflect::get(&offer, &"sdp".into())?.as_string().unwrap_or_default();
    let description = RtcSessionDescriptionInit::new(RtcSdpType::Offer);
    description.set_sdp(&sdp);
    JsFuture::from(connection.set_local_description(&description)).await?;
    Ok(sdp)
}

/// Picks the codec to send out of the negotiated ones, without a new negotiation
/// (`RTCRtpEncodingParameters.codec`, WebRTC extensions).
fn set_codec(sender: &RtcRtpSender, codec: Codec) {
    match parameters_with(sender, codec) {
        Ok(parameters) => promise::report(
            sender.set_parameters_with_parameters(parameters.unchecked_ref()),
            "the codec was not set",
        ),
        Err(error) => leptos::logging::warn!("the codec was not set: {error:?}"),
    }
}

fn parameters_with(sender: &RtcRtpSender, codec: Codec) -> Result<Object, JsValue> {
    let parameters: Object = sender.get_parameters().unchecked_into();
    let negotiated: Array = Reflect::get(&parameters, &"codecs".into())?.dyn_into()?;
    let mime_type = format!("audio/{}", codec.encoding_name());
    let chosen = negotiated
        .iter()
        .find(|entry| {
            let name = Reflect::get(entry, &"mimeType".into()).ok().and_then(|name| name.as_string());
            name.is_some_and(|name| name.eq_ignore_ascii_case(&mime_type))
        })
        .ok_or_else(|| JsValue::from_str("it was not negotiated"))?;
    let encodings: Array = Reflect::get(&parameters, &"encodings".into())?.dyn_into()?;
    let encoding = encodings.get(0);
    if encoding.is_undefined() {
        return Err(JsValue::from_str("the sender has no encoding"));
    }
    Reflect::set(&encoding, &"codec".into(), &chosen)?;
    Ok(parameters)
}
