//! The trace for admins, over the relay's own HTTPS port.

use super::html::STYLE;
use super::list::{self, Filter, Kind};
use super::ring::Call;
use super::{Trace, ladder, pcap, text};
use crate::assets;
use crate::http::Web;
use crate::query::parameter;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The list of calls: `?kind=calls`, `failed` or `others`, and `q=` a text that they have in them.
pub(crate) async fn list(
    State(web): State<Arc<Web>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    // Forms write a blank as a plus.
    let query = uri.query().unwrap_or_default().replace('+', "%20");
    let asked = |name| parameter(&query, name).unwrap_or_default();
    let filter = Filter { kind: Kind::of(&asked("kind")), text: asked("q") };
    match authorise(&web, &headers, from.ip()).await {
        Ok(trace) => respond("text/html; charset=utf-8", list::page(&trace.calls(), &filter)),
        Err(refused) => refused,
    }
}

/// One call, as a page; with `?open` every message is shown as a whole.
pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(call): Path<u64>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let open = uri.query() == Some("open");
    match load(&web, &headers, from.ip(), call).await {
        Ok(call) => respond("text/html; charset=utf-8", ladder::page(&call, open)),
        Err(refused) => refused,
    }
}

/// One call, as text.
pub(crate) async fn messages(
    State(web): State<Arc<Web>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(call): Path<u64>,
    headers: HeaderMap,
) -> Response<Body> {
    match load(&web, &headers, from.ip(), call).await {
        Ok(call) => download("text/plain; charset=utf-8", &call, "txt", text::write(&call)),
        Err(refused) => refused,
    }
}

/// One call, as a capture file.
pub(crate) async fn capture(
    State(web): State<Arc<Web>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(call): Path<u64>,
    headers: HeaderMap,
) -> Response<Body> {
    match load(&web, &headers, from.ip(), call).await {
        Ok(call) => download("application/vnd.tcpdump.pcap", &call, "pcap", pcap::write(&call)),
        Err(refused) => refused,
    }
}

/// The style sheet, which tells nobody anything.
pub(crate) async fn style() -> Response<Body> {
    respond("text/css; charset=utf-8", STYLE)
}

async fn load(web: &Web, headers: &HeaderMap, from: IpAddr, call: u64) -> Result<Call, Response<Body>> {
    let trace = authorise(web, headers, from).await?;
    let gone = || assets::text(StatusCode::NOT_FOUND, "This call is not in the trace any more.\n");
    trace.call(call).ok_or_else(gone)
}

/// Lets only the admin of the configuration in.
async fn authorise<'a>(web: &'a Web, headers: &HeaderMap, from: IpAddr) -> Result<&'a Trace, Response<Body>> {
    web.administration.authorise(headers, from).await?;
    let off = || assets::text(StatusCode::NOT_FOUND, "The trace is switched off in `[trace]`.\n");
    web.administration.trace.as_deref().ok_or_else(off)
}

fn respond(content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Who called whom does not belong into the caches of browsers.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn download(content_type: &'static str, call: &Call, ending: &str, body: Vec<u8>) -> Response<Body> {
    let mut response = respond(content_type, body);
    let name = format!("attachment; filename=\"sip-trace-{}.{ending}\"", call.summary.id);
    if let Ok(name) = HeaderValue::try_from(name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::Administration;
    use crate::auth::{Admin, Checks, Passwords, Throttle};
    use crate::clock::Clock;
    use crate::config;
    use crate::signalling::Signalling;
    use crate::trace::tests::{message, trace};
    use crate::trace::{Direction, Transport};
    use axum::http::header::AUTHORIZATION;
    use axum::http::header::WWW_AUTHENTICATE;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    /// `admin:secret`.
    const RIGHT: &str = "Basic YWRtaW46c2VjcmV0";

    fn web(admin: bool, trace: Option<Arc<Trace>>) -> Arc<Web> {
        let clock = Clock::start();
        let hash = || crate::hash_password("secret").unwrap();
        let admin =
            admin.then(|| Admin::new(&config::Admin { name: "admin".into(), password_hash: hash() }, clock));
        let signalling = Signalling {
            relay: tokio::sync::mpsc::channel(1).0,
            passwords: Arc::new(Passwords::new(std::iter::empty()).unwrap()),
            checks: Checks::one_by_one(),
            throttle: Mutex::new(Throttle::default()),
            clock,
            heartbeat: Duration::from_secs(5),
        };
        let plans = Arc::new(crate::dial_plans::DialPlans::default());
        let administration = Administration { admin, trace, plans };
        Arc::new(Web::new(Arc::new(signalling), Vec::new(), Arc::new(AtomicBool::new(true)), administration))
    }

    fn from() -> ConnectInfo<SocketAddr> {
        ConnectInfo("127.0.0.1:50000".parse().unwrap())
    }

    fn headers(authorization: Option<&'static str>) -> HeaderMap {
        HeaderMap::from_iter(authorization.map(|value| (AUTHORIZATION, HeaderValue::from_static(value))))
    }

    async fn body(response: Response<Body>) -> Vec<u8> {
        axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn nobody_sees_anything_without_the_admins_password() {
        let open = web(true, Some(trace()));
        for authorization in [None, Some("Basic YWRtaW46d3Jvbmc="), Some("Bearer x")] {
            let list =
                super::list(State(Arc::clone(&open)), from(), Uri::default(), headers(authorization)).await;
            assert_eq!(list.status(), StatusCode::UNAUTHORIZED);
            assert!(list.headers()[WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic realm="));
            for refused in [
                show(State(Arc::clone(&open)), from(), Path(1), Uri::default(), headers(authorization)).await,
                messages(State(Arc::clone(&open)), from(), Path(1), headers(authorization)).await,
                capture(State(Arc::clone(&open)), from(), Path(1), headers(authorization)).await,
            ] {
                assert!(!refused.status().is_success());
            }
        }
        let closed = web(false, Some(trace()));
        let refused = super::list(State(closed), from(), Uri::default(), headers(Some(RIGHT))).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_admin_reads_a_call_in_three_ways() {
        let trace = trace();
        let (ours, theirs) = ("192.0.2.1:5060".parse().unwrap(), "192.0.2.9:5060".parse().unwrap());
        trace.keep(Transport::Udp, Direction::Sent, ours, theirs, &message("c1", "INVITE"));
        let id = trace.calls()[0].id;
        let web = web(true, Some(trace));
        let right = || headers(Some(RIGHT));
        let listed = super::list(State(Arc::clone(&web)), from(), Uri::default(), right()).await;
        assert_eq!(listed.headers()[CACHE_CONTROL], "no-store");
        let listed = String::from_utf8(body(listed).await).unwrap();
        assert!(listed.contains(&format!("/admin/trace/{id}\"")), "{listed}");
        let shown =
            body(show(State(Arc::clone(&web)), from(), Path(id), Uri::default(), right()).await).await;
        assert!(String::from_utf8(shown).unwrap().contains("<pre>INVITE sip:1002@h SIP/2.0\n"));
        let read = messages(State(Arc::clone(&web)), from(), Path(id), right()).await;
        assert!(read.headers()[CONTENT_DISPOSITION].to_str().unwrap().ends_with(".txt\""));
        assert!(String::from_utf8(body(read).await).unwrap().contains("INVITE sip:1002@h SIP/2.0\r\n"));
        let captured = body(capture(State(Arc::clone(&web)), from(), Path(id), right()).await).await;
        assert_eq!(captured[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
        let gone = show(State(web), from(), Path(id + 1), Uri::default(), right()).await;
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_trace_that_is_off_says_so() {
        let off = super::list(State(web(true, None)), from(), Uri::default(), headers(Some(RIGHT))).await;
        assert_eq!(off.status(), StatusCode::NOT_FOUND);
        assert!(String::from_utf8(body(off).await).unwrap().contains("[trace]"));
    }
}
