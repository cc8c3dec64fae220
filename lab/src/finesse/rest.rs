//! The REST API over HTTPS, and the other paths of the same port: `/ws`, `/http-bind`.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use axum::{Router, extract::FromRequest as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::centre::error::ApiError;
use super::faults::Api;
use super::world::Shared;
use super::xml::Element;
use super::xmpp::bosh::Sessions;
use super::xmpp::websocket;

mod body;
mod route;

/// A server's part in all requests.
#[derive(Clone)]
pub struct Front {
    /// Everything.
    pub shared: Shared,
    /// Which server it is, 0 for the primary.
    pub node: usize,
    /// Sessions of BOSH.
    pub bosh: Sessions,
}

/// What an accepted request gives.
pub(super) enum Answer {
    /// 200 with an object.
    Object(Element),
    /// 206 with a part of a list.
    Part(Element, String),
    /// 202: the outcome comes as a notification.
    Accepted,
    /// 200 without a body.
    Done,
    /// 405, with what is allowed.
    NotAllowed(&'static str),
}

/// All paths of a server.
pub fn router(front: Front) -> Router {
    Router::new()
        .route("/ws", get(web_socket))
        .route("/ws/", get(web_socket))
        .route("/http-bind", post(bosh))
        .route("/http-bind/", post(bosh))
        .route("/finesse/api/{*path}", any(api))
        .fallback(|| async { tomcat(StatusCode::NOT_FOUND, "The requested resource is not available.") })
        .with_state(front)
}

async fn web_socket(State(front): State<Front>, upgrade: WebSocketUpgrade) -> Response {
    if front.shared.read(|world, _| world.nodes[front.node].faults.refuse_xmpp) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let upgrade = upgrade.protocols(["xmpp"]);
    if upgrade.selected_protocol().is_none() {
        return tomcat(StatusCode::BAD_REQUEST, "The sub-protocol xmpp is required.");
    }
    upgrade.on_upgrade(move |socket| websocket::serve(front.shared, front.node, socket))
}

async fn bosh(State(front): State<Front>, body: String) -> Response {
    if front.shared.read(|world, _| world.nodes[front.node].faults.refuse_xmpp) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match front.bosh.request(&front.shared, front.node, &body).await {
        Some(answer) => ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], answer.write()).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn api(State(front): State<Front>, request: Request) -> Response {
    let (fault, slow, refuse) = front.shared.read(|world, _| {
        let faults = &world.nodes[front.node].faults;
        (faults.api, faults.slow_ms, faults.refuse_sign_in)
    });
    if slow > 0 {
        tokio::time::sleep(Duration::from_millis(slow)).await;
    }
    match fault {
        Api::Hang => std::future::pending().await,
        Api::Unavailable => return refused(&ApiError::out_of_service()),
        Api::Error => {
            return refused(&ApiError::new(500, "Internal Server Error", "Runtime Exception", ""));
        }
        Api::Normal | Api::Malformed => {}
    }
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let headers = request.headers().clone();
    let Ok(body) = Bytes::from_request(request, &()).await else {
        return refused(&ApiError::bad_request());
    };
    let path = uri.path().trim_start_matches("/finesse/api/").to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    let mut response = match answer(&front, refuse, &method, &path, &query, &headers, &body) {
        Ok(answer) => answered(answer, fault == Api::Malformed),
        Err(error) => refused(&error),
    };
    if let Some(id) = headers.get("requestid") {
        response.headers_mut().insert("requestId", id.clone());
    }
    response
}

fn answer(
    front: &Front,
    refuse: bool,
    method: &Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Answer, ApiError> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    // Read by clients before they have credentials, and while there is no service.
    if parts == ["SystemInfo"] {
        if method != Method::GET && method != Method::HEAD {
            return Ok(Answer::NotAllowed("GET,OPTIONS,HEAD"));
        }
        return Ok(Answer::Object(front.shared.read(|world, now| world.centre.system_info(now, front.node))));
    }
    if !front.shared.read(|world, _| world.centre.in_service()) {
        return Err(ApiError::out_of_service());
    }
    let (user, password) = credentials(headers, &parts).ok_or_else(|| ApiError::unauthorized(""))?;
    if refuse {
        return Err(ApiError::unauthorized(&user));
    }
    let caller = front.shared.with(|world, now| world.centre.authenticate(now, &user, &password))?;
    let request = headers.get("requestid").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let call = route::Call { front, method, parts: &parts, query, headers, body, caller: &caller, request };
    route::route(&call)
}

/// User and password; with a bearer token, the user whom the path names.
fn credentials(headers: &HeaderMap, parts: &[&str]) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, value) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        // The simulator's tokens are `id.password`, or the password where the path says whose.
        let named = value.split_once('.').map(|(user, token)| (user.to_owned(), token.to_owned()));
        let by_path = match parts {
            ["User", id, ..] => Some(((*id).to_owned(), value.to_owned())),
            _ => None,
        };
        return named.or(by_path);
    }
    let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    Some((user.to_owned(), password.to_owned()))
}

const XML: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/xml;charset=UTF-8")];

fn document(element: &Element) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>{}", element.write())
}

fn answered(answer: Answer, malformed: bool) -> Response {
    match answer {
        Answer::Object(element) => {
            let mut text = document(&element);
            if malformed {
                text.truncate(text.len() * 2 / 3);
            }
            (XML, text).into_response()
        }
        Answer::Part(element, range) => {
            let range = [(header::CONTENT_RANGE, range)];
            (StatusCode::PARTIAL_CONTENT, XML, range, document(&element)).into_response()
        }
        Answer::Accepted => StatusCode::ACCEPTED.into_response(),
        Answer::Done => StatusCode::OK.into_response(),
        Answer::NotAllowed(allowed) => {
            let mut response =
                tomcat(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed for this resource.");
            response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allowed));
            response
        }
    }
}

fn refused(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, XML, document(&error.body())).into_response();
    if error.status == 401 {
        let value = header::HeaderValue::from_static("Basic realm=\"Finesse\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// An answer of the container, not of the API: a page.
fn tomcat(status: StatusCode, text: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><title>HTTP Status {0}</title></head><body><h1>HTTP Status \
         {0}</h1><p>{text}</p></body></html>",
        status.as_u16()
    );
    (status, [(header::CONTENT_TYPE, "text/html;charset=utf-8")], page).into_response()
}
