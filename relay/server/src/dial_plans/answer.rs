//! The preview over HTTP: `GET /api/v1/dial-plan?user=NAME&number=…`, or `&caller=…` for a caller's number.
//!
//! Who may ask is decided before: this only answers.

use super::{DialPlans, PreviewError};
use crate::query::parameter;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

/// Answers with JSON: the preview, or `{"error": …}` with 400 or 404.
#[must_use]
pub fn answer(plans: &DialPlans, query: Option<&str>) -> Response<Body> {
    let parameter = |name| parameter(query.unwrap_or_default(), name);
    let Some(user) = parameter("user") else {
        return refusal(StatusCode::BAD_REQUEST, "name the user, as in ?user=alice&number=112");
    };
    match (parameter("number"), parameter("caller")) {
        (Some(number), None) => preview(plans.plan_preview(&user, &number)),
        (None, Some(caller)) => preview(plans.caller_preview(&user, &caller)),
        (Some(_), Some(_)) | (None, None) => {
            refusal(StatusCode::BAD_REQUEST, "give either `number` or `caller`, as in ?user=alice&number=112")
        }
    }
}

fn preview(preview: Result<impl Serialize, PreviewError>) -> Response<Body> {
    match preview {
        Ok(preview) => json(StatusCode::OK, &preview),
        Err(error @ PreviewError::NoSuchUser { .. }) => refusal(StatusCode::NOT_FOUND, error),
        Err(error @ PreviewError::BadNumber { .. }) => refusal(StatusCode::BAD_REQUEST, error),
    }
}

fn refusal(status: StatusCode, error: impl ToString) -> Response<Body> {
    json(status, &serde_json::json!({ "error": error.to_string() }))
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    let (status, text) = match serde_json::to_string(value) {
        Ok(text) => (status, text),
        Err(error) => {
            tracing::error!(%error, "a preview could not be written as JSON");
            (StatusCode::INTERNAL_SERVER_ERROR, r#"{"error":"something went wrong in the relay"}"#.to_owned())
        }
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // What somebody looks up is nobody else's business.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dial_plans::preview::tests::config;

    async fn asked(query: Option<&str>) -> (StatusCode, serde_json::Value) {
        let plans = DialPlans::new(&config()).unwrap();
        let (parts, body) = answer(&plans, query).into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        assert_eq!(parts.headers[CONTENT_TYPE], "application/json");
        (parts.status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_number_is_previewed_with_its_plus() {
        for query in [
            "user=alice&number=+493023125123",
            "user=alice&number=%2B49%2030%2023125123",
            "number=03023125123&user=alice",
        ] {
            let (status, json) = asked(Some(query)).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(json["dialled"], "003023125123", "{query}");
        }
    }

    #[tokio::test]
    async fn a_caller_is_previewed() {
        let (status, json) = asked(Some("user=alice&caller=03023125123")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(json["e164"], "+493023125123");
    }

    #[tokio::test]
    async fn what_is_missing_or_wrong_is_said() {
        for (query, status, hint) in [
            (None, StatusCode::BAD_REQUEST, "?user=alice"),
            (Some("number=112"), StatusCode::BAD_REQUEST, "?user=alice"),
            (Some("user=alice"), StatusCode::BAD_REQUEST, "`caller`"),
            (Some("user=alice&number=1&caller=1"), StatusCode::BAD_REQUEST, "`caller`"),
            (Some("user=carol&number=1"), StatusCode::NOT_FOUND, "'carol'"),
            (Some("user=alice&number=12x"), StatusCode::BAD_REQUEST, "'x'"),
            (Some("user=alice&number=%FF"), StatusCode::BAD_REQUEST, "`caller`"),
        ] {
            let (was, json) = asked(query).await;
            assert_eq!(was, status, "{query:?}");
            assert!(json["error"].as_str().unwrap().contains(hint), "{json}");
        }
    }
}
