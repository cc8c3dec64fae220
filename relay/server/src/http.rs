//! The HTTPS port: the page, the WebSocket, and health.

use crate::administration::{self, Administration};
use crate::relay::ConnectionId;
use crate::signalling::{self, Signalling};
use crate::{assets, metrics, trace};
use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use sidetone_protocol::message::{MAX_FRAME_BYTES, SIGNALLING_PATH};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// What a page of ours may do: its own script and style, WebAssembly, its own relay, and nothing else. `data:` is icons
/// in the style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; \
    manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// How long the event loop may take to say how it is. It never waits for anything, so a second is an age.
const EVENT_LOOP_PATIENCE: Duration = Duration::from_secs(1);

/// What is read from a browser at once, in bytes. Every connection keeps so much, and the library's own 128 KiB would be
/// 640 MB for 5,000 users; an offer, the largest thing a browser says, is about 4 KB. Larger frames still come through.
const READ_BUFFER: usize = 8 * 1024;

/// What the handlers share.
pub(crate) struct Web {
    pub(crate) signalling: Arc<Signalling>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) ready: Arc<AtomicBool>,
    pub(crate) administration: Administration,
    connections: AtomicU64,
}

impl Web {
    pub(crate) fn new(
        signalling: Arc<Signalling>,
        allowed_origins: Vec<String>,
        ready: Arc<AtomicBool>,
        administration: Administration,
    ) -> Self {
        Self { signalling, allowed_origins, ready, administration, connections: AtomicU64::new(0) }
    }
}

/// Every route of the relay.
pub(crate) fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route(SIGNALLING_PATH, any(phone))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/api/v1/dial-plan", get(administration::dial_plan))
        .route("/admin/trace", get(trace::web::list))
        .route("/admin/trace/{call}", get(trace::web::show))
        .route("/admin/trace/{call}/messages.txt", get(trace::web::messages))
        .route("/admin/trace/{call}/messages.pcap", get(trace::web::capture))
        .route("/admin/trace.css", get(trace::web::style))
        .fallback(get(assets::serve))
        // Innermost first: every answer, errors too, gets the security headers.
        .layer(middleware::from_fn(security_headers))
        .with_state(web)
}

/// Alive: the process answers. A failure here is for a restart.
async fn healthz() -> Response<Body> {
    assets::text(StatusCode::OK, "ok\n")
}

/// Ready: sockets are open, the event loop answers, every media worker runs, and new calls are taken. A failure here is
/// for a load balancer.
async fn readyz(State(web): State<Arc<Web>>) -> Response<Body> {
    if !web.ready.load(Ordering::Acquire) {
        return assets::text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match timeout(EVENT_LOOP_PATIENCE, metrics::figures(&web.signalling.relay)).await {
        Ok(Some(figures)) if figures.media_runs => assets::text(StatusCode::OK, "ready\n"),
        Ok(Some(_)) => assets::text(StatusCode::SERVICE_UNAVAILABLE, "a media worker has ended\n"),
        Ok(None) => assets::text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        Err(_) => assets::text(StatusCode::SERVICE_UNAVAILABLE, "the event loop does not answer\n"),
    }
}

/// The WebSocket of one tab.
async fn phone(
    State(web): State<Arc<Web>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response<Body> {
    let socket = match socket {
        Ok(socket) => socket,
        Err(rejection) => return rejection.into_response(),
    };
    if !origin_is_allowed(&headers, &web.allowed_origins) {
        return assets::text(
            StatusCode::FORBIDDEN,
            "This origin may not connect; an administrator can add it to `http.allowed_origins`.\n",
        );
    }
    let id = ConnectionId(web.connections.fetch_add(1, Ordering::Relaxed) + 1);
    let signalling = Arc::clone(&web.signalling);
    socket
        .read_buffer_size(READ_BUFFER)
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
        .on_upgrade(move |socket| signalling::serve(signalling, socket, from.ip(), id))
}

/// A browser names the page's origin; a page of another site must not use its user's network to reach the relay.
fn origin_is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    origin == format!("https://{host}") || allowed.iter().any(|known| known == origin)
}

async fn security_headers(request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("microphone=(self), speaker-selection=(self), camera=(), geolocation=()"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("relay.example:8445"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        origin_is_allowed(&headers, &["https://crm.example".to_owned()])
    }

    #[test]
    fn only_our_own_pages_and_named_ones_may_connect() {
        assert!(allowed(Some("https://relay.example:8445")));
        assert!(allowed(Some("https://crm.example")));
        assert!(allowed(None));
        assert!(!allowed(Some("https://evil.example")));
        assert!(!allowed(Some("http://relay.example:8445")));
        assert!(!allowed(Some("null")));
    }
}
