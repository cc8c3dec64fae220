//! What the phone core asks of the browser, and what it hears from it.

use super::Time;
use super::devices::{ChosenDevices, OutputChoice};
use sidetone_protocol::{
    ClientFrame, Codec, DialString, FailureCode, MediaGeneration, RelayFrame, Ring, SessionToken,
};
use sidetone_skins::Intent;
use sidetone_skins::snapshot::{CallKey, Device, DeviceRole};

/// Names a WebSocket; what comes from an older one is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectionId(pub u32);

/// Names one request for the microphone; the result of an older one is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AcquisitionId(pub u32);

/// What a page knows when it is loaded.
#[derive(Debug, Clone)]
pub struct Start {
    /// The page's clock.
    pub now: Time,
    /// The user's wall clock in milliseconds since the Unix epoch, from which request ids are counted.
    pub epoch_ms: u64,
    /// Seeds the jitter of back-off times.
    pub seed: u64,
    /// The token of a session that a reload interrupted.
    pub token: Option<SessionToken>,
    /// A number that the host or the address of the page asks to call.
    pub suggested: Option<DialString>,
    /// The devices that the user has chosen on earlier pages of this browser.
    pub devices: ChosenDevices,
    /// Whether the browser lets the page choose where sound comes out.
    pub outputs: OutputChoice,
    /// Whether the browser gives microphones to this page at all (HTTPS, or this very computer).
    pub secure: bool,
}

/// Something has happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// The user wants something.
    Intent(Intent),
    /// Something has happened on a WebSocket.
    Socket {
        /// Which one.
        connection: ConnectionId,
        /// What.
        event: SocketEvent,
    },
    /// Something has happened to a peer connection.
    Peer {
        /// Which one.
        generation: MediaGeneration,
        /// What.
        event: PeerEvent,
    },
    /// The microphone was asked for, and this came of it.
    Microphone {
        /// Which asking.
        acquisition: AcquisitionId,
        /// Success, or why not.
        result: Result<(), FailureCode>,
    },
    /// The microphone in use has gone: unplugged, or taken away by the user.
    MicrophoneEnded,
    /// Audio devices were plugged in or out.
    DevicesChanged,
    /// These are all the audio devices there are.
    Devices(Vec<AudioDevice>),
    /// The browser does not let the page use another output for that.
    OutputRefused(DeviceRole),
    /// Something has happened to the page.
    Page(PageEvent),
}

/// An audio device of the computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioDevice {
    /// Which way sound goes.
    pub kind: AudioKind,
    /// Its names; empty until the browser has given the page a microphone.
    pub device: Device,
}

/// Which way sound goes through a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioKind {
    /// Into the computer.
    Input,
    /// Out of it.
    Output,
}

/// Something has happened on a WebSocket.
#[derive(Debug, Clone)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A frame has come.
    Received(Box<RelayFrame>),
    /// A frame has come that cannot be read.
    Unreadable,
    /// It is closed or could not be opened.
    Closed,
}

/// Something has happened to a peer connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerEvent {
    /// Its offer is made and set.
    Offered {
        /// The offer.
        sdp: String,
    },
    /// ICE and DTLS are done.
    Connected,
    /// No answer to connectivity checks for some seconds; it may come back by itself.
    Disconnected,
    /// It cannot be used: no path, or a description was refused.
    Failed,
}

/// Something has happened to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageEvent {
    /// The network is back, says the browser.
    Online,
    /// The page is in front.
    Shown,
    /// The page is in the background.
    Hidden,
    /// The page is being left or reloaded.
    Leaving,
    /// The page has come back out of the browser's cache of pages left.
    Returned,
    /// The browser holds sound back until somebody clicks.
    SoundBlocked,
    /// The browser lets the page make a sound.
    SoundAllowed,
    /// What the browser thinks of this page and the microphone.
    MicrophonePermission(Permission),
    /// What the browser thinks of this page and notifications.
    NotificationPermission(Permission),
}

/// What the browser thinks of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It will ask the user.
    Ask,
    /// It will not ask.
    Granted,
    /// It refuses.
    Denied,
}

/// A sound that lasts until another takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// Somebody calls.
    Ring(Ring),
    /// Somebody calls while the user is in a call: a short, soft tone.
    CallWaiting,
    /// The other side rings and its network sends no tone of its own.
    Ringback,
    /// The other side is busy.
    Busy,
    /// The call failed.
    Congestion,
}

/// Something to be done by the browser module. The core never waits for it: what comes of it is an [`Input`].
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Open a WebSocket to the relay. Owes [`Input::Socket`] `Opened` or `Closed`.
    OpenSocket(ConnectionId),
    /// Close it. Nothing more is to come from it.
    CloseSocket(ConnectionId),
    /// Send a frame.
    Send {
        /// On which socket.
        connection: ConnectionId,
        /// It.
        frame: ClientFrame,
    },
    /// Keep the token for a reload of this tab.
    StoreToken(SessionToken),
    /// Forget it.
    ForgetToken,
    /// Keep the browser from freezing this tab in the background, or let it.
    StayAwake(bool),
    /// Make a peer connection with a data channel and a `sendrecv` audio transceiver without a track, and an
    /// offer for it. Owes [`PeerEvent::Offered`] or [`PeerEvent::Failed`].
    OpenPeer(MediaGeneration),
    /// Set the relay's answer. Owes [`PeerEvent::Failed`] where that does not work.
    ApplyAnswer {
        /// On which peer connection.
        generation: MediaGeneration,
        /// The answer.
        sdp: String,
    },
    /// Send that codec from now on.
    SetSendCodec {
        /// On which peer connection.
        generation: MediaGeneration,
        /// It.
        codec: Codec,
    },
    /// Close the peer connection. Nothing more is to come from it.
    ClosePeer(MediaGeneration),
    /// Say which audio devices there are. Owes [`Input::Devices`].
    ListDevices,
    /// Ask for a microphone. Owes [`Input::Microphone`]. One that is live stays so until the new one takes its
    /// place.
    AcquireMicrophone {
        /// Which asking.
        acquisition: AcquisitionId,
        /// Which microphone, by the browser's name; none for the system's. Where it is not there, another will do.
        device: Option<String>,
    },
    /// Let the microphone be heard, or have it send silence.
    EnableMicrophone(bool),
    /// Send the microphone's track over that peer connection.
    AttachMicrophone(MediaGeneration),
    /// Take the track off the peer connection and stop it, also one that is still to come.
    ReleaseMicrophone,
    /// Show the level of the microphone that is live, or no longer.
    MeasureMicrophone(bool),
    /// Play what belongs to that role on another device.
    UseOutput {
        /// The speaker or the ringer.
        role: DeviceRole,
        /// Which, by the browser's name; none for the system's.
        device: Option<String>,
    },
    /// Keep the choice of a device for later pages of this browser, or forget it.
    StoreDevice {
        /// For what.
        role: DeviceRole,
        /// Which.
        device: Option<Device>,
    },
    /// Play a short sound on the device of that role.
    PlayTest(DeviceRole),
    /// Play a short tone: a call has been answered for the user.
    PlayAnswered,
    /// Play that sound until told otherwise; `None` is silence.
    Play(Option<Sound>),
    /// Play a short key tone, so that the user hears what was pressed.
    PlayKey(char),
    /// Start the sound that the browser has held back.
    UnlockSound,
    /// Ask the user for notifications. Owes [`PageEvent::NotificationPermission`].
    AskForNotifications,
    /// Show that somebody calls.
    Notify(CallKey),
    /// Take that notification away.
    WithdrawNotification,
    /// Load the page anew.
    Reload,
}
