//! The built client, out of the relay's own file.

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};

struct Asset {
    path: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Serves the client. Paths without a file of their own are routes of the client and get the page.
pub(crate) async fn serve(uri: Uri, headers: HeaderMap) -> Response<Body> {
    let path = uri.path().trim_start_matches('/');
    let exact = ASSETS.iter().find(|asset| asset.path == path);
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let page = || ASSETS.iter().find(|asset| asset.path == "index.html");
    match exact.or_else(|| if is_file { None } else { page() }) {
        Some(asset) => respond(asset, &headers),
        None if ASSETS.is_empty() => text(
            StatusCode::SERVICE_UNAVAILABLE,
            "This relay was built without its page; build it with `cargo xtask dist`.\n",
        ),
        None => text(StatusCode::NOT_FOUND, "There is no such page.\n"),
    }
}

fn respond(asset: &Asset, headers: &HeaderMap) -> Response<Body> {
    let (encoding, bytes) = choose(asset, headers);
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(asset.path)));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    // Names under assets/ carry a hash of their content; the page itself must be fresh to name them.
    let cache =
        if asset.path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn choose(asset: &Asset, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts = |name: &str| {
        accepted.split(',').any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let named = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case(name));
            named && !parts.any(|weight| weight == "q=0" || weight == "q=0.0")
        })
    };
    match (asset.brotli, asset.gzip) {
        (Some(bytes), _) if accepts("br") => (Some("br"), bytes),
        (_, Some(bytes)) if accepts("gzip") => (Some("gzip"), bytes),
        _ => (None, asset.identity),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

pub(crate) fn text(status: StatusCode, body: impl Into<String>) -> Response<Body> {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSET: Asset =
        Asset { path: "assets/app-0123.js", identity: b"identity", brotli: Some(b"br"), gzip: Some(b"gz") };

    fn encoding(accepted: &'static str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        choose(&ASSET, &headers).0
    }

    #[test]
    fn the_smallest_encoding_that_the_browser_takes_is_sent() {
        assert_eq!(encoding("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(encoding("gzip;q=1.0, br;q=0"), Some("gzip"));
        assert_eq!(encoding("identity"), None);
    }

    #[test]
    fn hashed_files_are_kept_for_ever_and_the_page_is_not() {
        let response = respond(&ASSET, &HeaderMap::new());
        assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        let page = Asset { path: "index.html", ..ASSET };
        assert_eq!(respond(&page, &HeaderMap::new()).headers()[CACHE_CONTROL], "no-cache");
    }
}
