//! Figures for operators, in the Prometheus text format, on a port of their own that only this machine reaches.

use crate::agents::AgentFigures;
use crate::assets;
use crate::relay::Input;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use std::fmt::Write as _;
use tokio::sync::{mpsc, oneshot};

/// What the event loop knows of itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) connections: usize,
    pub(crate) live_calls: usize,
    pub(crate) browser_legs: usize,
    pub(crate) far_legs: usize,
    pub(crate) sip_flows: usize,
    pub(crate) sip: sidetone_sip::Counts,
    pub(crate) agents: AgentFigures,
    /// Whether every media worker runs.
    pub(crate) media_runs: bool,
    pub(crate) media: sidetone_media::Counters,
    pub(crate) store: crate::store::Counts,
}

/// The routes of the metrics port.
pub(crate) fn router(relay: mpsc::Sender<Input>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(relay)
}

async fn metrics(State(relay): State<mpsc::Sender<Input>>) -> Response<Body> {
    match figures(&relay).await {
        Some(figures) => assets::text(StatusCode::OK, exposition(&figures)),
        None => assets::text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
    }
}

/// Asks the event loop how it is; nothing once it has ended.
pub(crate) async fn figures(relay: &mpsc::Sender<Input>) -> Option<Figures> {
    let (reply, figures) = oneshot::channel();
    relay.send(Input::Inspect { reply }).await.ok()?;
    figures.await.ok()
}

fn exposition(figures: &Figures) -> String {
    let tasks =
        tokio::runtime::Handle::try_current().map_or(0, |runtime| runtime.metrics().num_alive_tasks());
    let gauges: [(&str, &str, u64); 17] = [
        ("sidetone_connections", "Browsers that are connected and signed in.", count(figures.connections)),
        ("sidetone_calls", "Calls that are not over.", count(figures.live_calls)),
        ("sidetone_browser_legs", "WebRTC legs.", count(figures.browser_legs)),
        (
            "sidetone_far_legs",
            "Legs to other parties, those that are being taken down included.",
            count(figures.far_legs),
        ),
        ("sidetone_sip_flows", "SIP connections over TCP.", count(figures.sip_flows)),
        (
            "sidetone_sip_accounts",
            "Lines, those that are being removed included.",
            count(figures.sip.accounts),
        ),
        (
            "sidetone_sip_dialogs",
            "SIP calls, those that are being set up or ended included.",
            count(figures.sip.legs),
        ),
        (
            "sidetone_sip_transactions",
            "SIP transactions, of both kinds.",
            count(figures.sip.client_transactions + figures.sip.server_transactions),
        ),
        (
            "sidetone_agents",
            "Agents who are signed in to the contact centre.",
            count(figures.agents.signed_in),
        ),
        (
            "sidetone_agents_impaired",
            "Agents for whom a part of the contact centre does not work.",
            count(figures.agents.impaired),
        ),
        (
            "sidetone_agent_links",
            "Connections over which the contact centre tells changes.",
            count(figures.agents.links),
        ),
        ("sidetone_media_up", "1 while every media worker runs.", u64::from(figures.media_runs)),
        (
            "sidetone_media_legs",
            "Legs in the media plane, of both kinds.",
            figures.media.browser_legs + figures.media.rtp_legs,
        ),
        ("sidetone_media_sockets", "UDP sockets of the media plane.", figures.media.sockets),
        ("sidetone_store_waiting", "Records that wait to be written to the store.", figures.store.waiting),
        ("sidetone_store_up", "0 while the store cannot be written to.", u64::from(!figures.store.failing)),
        ("sidetone_tasks", "Tasks of the runtime.", count(tasks)),
    ];
    let counters: [(&str, &str, u64); 9] = [
        (
            "sidetone_media_datagrams_received_total",
            "Datagrams received by the media plane.",
            figures.media.datagrams_received,
        ),
        (
            "sidetone_media_datagrams_sent_total",
            "Datagrams sent by the media plane.",
            figures.media.datagrams_sent,
        ),
        (
            "sidetone_media_datagrams_dropped_total",
            "Datagrams the media plane dropped.",
            figures.media.datagrams_dropped,
        ),
        ("sidetone_agent_requests_total", "Requests to the contact centre.", figures.agents.counts.requests),
        (
            "sidetone_agent_requests_unanswered_total",
            "Requests to the contact centre that got no answer.",
            figures.agents.counts.unanswered,
        ),
        (
            "sidetone_agent_frames_total",
            "What the contact centre has told over its connections, notifications and answers to pings.",
            figures.agents.counts.frames,
        ),
        (
            "sidetone_agent_links_lost_total",
            "Connections for changes that have broken: what was told meanwhile is lost, and read anew.",
            figures.agents.counts.links_lost,
        ),
        ("sidetone_store_written_total", "Records written to the store.", figures.store.written),
        (
            "sidetone_store_lost_total",
            "Records that are lost: no room was left to keep them, or the store does not take them.",
            figures.store.lost,
        ),
    ];
    let mut text = String::new();
    for (kind, values) in [("gauge", &gauges[..]), ("counter", &counters[..])] {
        for (name, help, value) in values {
            // Writing to a string cannot fail.
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        }
    }
    text
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_help_a_type_and_a_value() {
        let text = exposition(&Figures { live_calls: 3, ..Figures::default() });
        assert!(text.contains("# TYPE sidetone_calls gauge\nsidetone_calls 3\n"), "{text}");
        assert_eq!(text.lines().count() % 3, 0);
    }
}
