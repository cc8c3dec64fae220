//! A user as an agent, out of the configuration, in the words of the session.

use crate::config::{
    self, Auth, Config, DialBy, DialWhileReady, MobileMode, Notifications, OnSignOut, Platform, Secret,
    SignIn, StateAfterSignIn,
};
use sidetone_finesse::model::{self, Deployment};
use sidetone_finesse::session::{ChosenState, Settings, TransportChoice};
use sidetone_protocol::DialString;

/// A user as an agent.
pub(super) struct Setup {
    /// By which secrets are kept.
    pub(super) name: String,
    /// The number of the site.
    pub(super) site: usize,
    pub(super) site_name: String,
    /// Where the agent's day begins and ends.
    pub(super) time_zone: jiff::tz::TimeZone,
    pub(super) session: Settings,
    /// Whether the agent signs in without being asked.
    pub(super) zero_touch: bool,
    pub(super) sso: bool,
    /// Whether the agent is signed out with the phone.
    pub(super) signs_out: bool,
    /// The label of the reason for that.
    pub(super) sign_out_reason: Option<String>,
    pub(super) keeps_password: bool,
    /// Whether the contact centre makes the calls that are dialled.
    pub(super) dials_by_finesse: bool,
    pub(super) help_number: Option<DialString>,
    pub(super) id: Option<String>,
    pub(super) extension: Option<String>,
    pub(super) device: Option<String>,
    pub(super) mobile: Option<model::MobileAgent>,
    pub(super) password: Option<Secret>,
}

impl Setup {
    /// None for users who are no agents.
    pub(super) fn new(config: &Config, user: &config::User) -> Option<Self> {
        let config::AgentOf { site, profile, user: agent } = config.agent_of(user)?;
        let mobile = agent.mobile.map(|mobile| model::MobileAgent {
            mode: match mobile.mode {
                MobileMode::CallByCall => model::MobileMode::CallByCall,
                MobileMode::NailedConnection => model::MobileMode::NailedConnection,
            },
            dial_number: mobile.number.as_str().to_owned(),
        });
        Some(Self {
            name: user.name.clone(),
            site: config.finesse.iter().position(|other| other.name == site.name)?,
            site_name: site.name.clone(),
            time_zone: config.time_zone_of(user).clone(),
            session: settings(site),
            zero_touch: profile.sign_in == SignIn::ZeroTouch,
            sso: site.auth == Auth::Sso,
            signs_out: profile.on_sign_out == OnSignOut::SignOut,
            dials_by_finesse: profile.dial_by == DialBy::Finesse,
            sign_out_reason: profile.sign_out_reason,
            keeps_password: profile.keep_password,
            help_number: site.help_number.clone(),
            id: agent.id,
            extension: agent.extension,
            device: agent.device,
            mobile,
            password: agent.password,
        })
    }
}

fn settings(site: &config::Finesse) -> Settings {
    let hosts = [Some(site.host.clone()), site.secondary.clone()].into_iter().flatten().collect();
    let mut settings = Settings::new(hosts);
    settings.rest_port = site.port;
    settings.websocket_port = site.websocket_port.unwrap_or(settings.websocket_port);
    settings.bosh_port = site.bosh_port.unwrap_or(settings.bosh_port);
    settings.transport = match site.notifications {
        Notifications::Auto => TransportChoice::Auto,
        Notifications::Websocket => TransportChoice::WebSocket,
        Notifications::Bosh => TransportChoice::Bosh,
    };
    settings.platform = match site.platform {
        Platform::Auto => None,
        Platform::Ucce => Some(Deployment::Ucce),
        Platform::Uccx => Some(Deployment::Uccx),
    };
    settings.state_after_sign_in = match site.state_after_sign_in {
        StateAfterSignIn::NotReady => None,
        StateAfterSignIn::Ready => Some((ChosenState::Ready, None)),
    };
    settings.dial_while_ready = match site.dial_while_ready {
        // What an older version refuses is said then; a newer one is the usual one.
        DialWhileReady::Auto | DialWhileReady::Yes => true,
        DialWhileReady::No => false,
    };
    settings
}
