//! What works and what does not while the contact centre is not all there.

use super::select;
use crate::kit::{Glyph, Icon, time_of_day};
use crate::port::Port;
use crate::text::Text;
use leptos::prelude::*;
use sidetone_protocol::agent::{AgentMissing, AgentService};

fn words(missing: AgentMissing) -> Text {
    match missing {
        AgentMissing::Servers => Text::ServiceServers,
        AgentMissing::OutOfService => Text::ServiceOutOfService,
        AgentMissing::Notifications => Text::ServiceNotifications,
    }
}

#[component]
pub(super) fn ServiceBanner(port: Port) -> impl IntoView {
    let locale = port.locale;
    let service = select(port, |agent| Some(agent.service.clone()));
    let said = move || match service.get() {
        Some(AgentService::Impaired { missing, since_ms }) => {
            Some(locale.fill(words(missing), "time", &time_of_day(since_ms, port.ahead_of_utc_min)))
        }
        Some(AgentService::Connecting) => Some(locale.text(Text::ServiceConnecting).to_owned()),
        Some(AgentService::Up) | None => None,
    };
    view! {
        <div class="badges" role="alert">
            {move || said().map(|words| view! {
                <p class="badge badge-warn">
                    <Icon glyph=Glyph::Warning />
                    <span class="badge-words">{words}</span>
                </p>
            })}
        </div>
    }
}
