//! The keys of the locale files, so that a wrong key does not compile.

macro_rules! texts {
    ($($variant:ident = $key:literal,)+) => {
        /// A text, by its place in the user interface. What it says stands in `locales/en.json`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the English text of the key says what each one is")]
        pub enum Text {
            $($variant,)+
        }

        impl Text {
            /// Every text, for the test that looks for a missing translation.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its key in the locale files.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }
        }
    };
}

texts! {
    AppName = "app.name",
    AppClaim = "app.claim",
    SignInTitle = "sign_in.title",
    SignInUser = "sign_in.user",
    SignInPassword = "sign_in.password",
    SignInButton = "sign_in.button",
    SignInPending = "sign_in.pending",
    SignInEmpty = "sign_in.empty",
    SignOut = "sign_out.button",
    OutdatedTitle = "outdated.title",
    OutdatedReload = "outdated.button",
    StatusLabel = "status.label",
    StatusSignedOut = "status.signed_out",
    StatusConnecting = "status.connecting",
    StatusReconnecting = "status.reconnecting",
    StatusRegistering = "status.registering",
    StatusLineUnavailable = "status.line_unavailable",
    StatusInOtherTab = "status.in_other_tab",
    StatusPreparingAudio = "status.preparing_audio",
    StatusNoAudio = "status.no_audio",
    StatusReady = "status.ready",
    DialTitle = "dial.title",
    DialNumber = "dial.number",
    DialPlaceholder = "dial.placeholder",
    DialDelete = "dial.delete",
    DialCall = "dial.call",
    DialRedial = "dial.redial",
    DialHint = "dial.hint",
    KeypadLabel = "keypad.label",
    KeypadTones = "keypad.tones",
    CallWith = "call.with",
    CallUnknownParty = "call.unknown_party",
    CallAnnounceIncoming = "call.announce_incoming",
    CallInbound = "call.inbound",
    CallOutbound = "call.outbound",
    CallAnswer = "call.answer",
    CallReject = "call.reject",
    CallHangUp = "call.hang_up",
    CallMute = "call.mute",
    CallUnmute = "call.unmute",
    CallKeypad = "call.keypad",
    CallDismiss = "call.dismiss",
    CallTimer = "call.timer",
    CallMuted = "call.muted",
    CallKeysSent = "call.keys_sent",
    CallKeysReceived = "call.keys_received",
    PhaseCalling = "phase.calling",
    PhaseRinging = "phase.ringing",
    PhaseIncoming = "phase.incoming",
    PhaseAnswering = "phase.answering",
    PhaseConnected = "phase.connected",
    PhaseReconnecting = "phase.reconnecting",
    PhaseEnding = "phase.ending",
    OutcomeHungUp = "outcome.hung_up",
    OutcomeCancelled = "outcome.cancelled",
    OutcomeRejected = "outcome.rejected",
    OutcomePartyHungUp = "outcome.party_hung_up",
    OutcomeMissed = "outcome.missed",
    ElsewhereTitle = "elsewhere.title",
    ElsewhereButton = "elsewhere.button",
    NoticeRetry = "notice.retry",
    NoticeDismiss = "notice.dismiss",
    NoticeDetail = "notice.detail",
    HealthTitle = "health.title",
    HealthRelay = "health.relay",
    HealthLine = "health.line",
    HealthAudio = "health.audio",
    HealthMicrophone = "health.microphone",
    HealthSound = "health.sound",
    HealthNotifications = "health.notifications",
    HealthGood = "health.good",
    HealthBusy = "health.busy",
    HealthOff = "health.off",
    HealthBad = "health.bad",
    HealthAsk = "health.ask",
    HealthInsecure = "health.insecure",
    HealthAllowMicrophone = "health.allow_microphone",
    HealthAllowNotifications = "health.allow_notifications",
    HealthTurnOnSound = "health.turn_on_sound",
    KeysTitle = "keys.title",
    KeysEnter = "keys.enter",
    KeysEscape = "keys.escape",
    KeysMute = "keys.mute",
    KeysDigits = "keys.digits",
    TitleIncoming = "title.incoming",
    TitleInCall = "title.in_call",
}
