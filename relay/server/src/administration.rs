//! What admins can look into, and who they are.

use crate::assets;
use crate::auth::{Admin, Refused};
use crate::dial_plans::{self, DialPlans};
use crate::http::Web;
use crate::trace::Trace;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What admins can look into, and who they are.
pub(crate) struct Administration {
    /// Who they are. Nobody where none is configured.
    pub(crate) admin: Option<Admin>,
    /// The SIP of recent calls, unless it is switched off.
    pub(crate) trace: Option<Arc<Trace>>,
    /// How users dial.
    pub(crate) plans: Arc<DialPlans>,
}

impl Administration {
    /// Lets only the admin of the configuration in.
    ///
    /// # Errors
    ///
    /// The answer to anybody else.
    pub(crate) async fn authorise(&self, headers: &HeaderMap, from: IpAddr) -> Result<(), Response<Body>> {
        let Some(admin) = &self.admin else {
            let text = "There is no admin; an operator can name one in `[admin]` of the configuration.\n";
            return Err(assets::text(StatusCode::NOT_FOUND, text));
        };
        admin.authorise(headers, from).await.map_err(refuse)
    }
}

/// What would be dialled, and by which rule.
pub(crate) async fn dial_plan(
    State(web): State<Arc<Web>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    if let Err(refusal) = web.administration.authorise(&headers, from.ip()).await {
        return refusal;
    }
    dial_plans::answer(&web.administration.plans, uri.query())
}

fn refuse(refused: Refused) -> Response<Body> {
    match refused {
        Refused::Wrong => {
            let mut response = assets::text(StatusCode::UNAUTHORIZED, "Sign in as the admin.\n");
            let challenge = HeaderValue::from_static("Basic realm=\"Sidetone admin\", charset=\"UTF-8\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            response
        }
        Refused::Throttled => {
            assets::text(StatusCode::TOO_MANY_REQUESTS, "Too many wrong passwords; wait a minute.\n")
        }
        Refused::Busy => {
            let text = "The relay checks too many passwords at once; try again in a moment.\n";
            let mut response = assets::text(StatusCode::SERVICE_UNAVAILABLE, text);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        Refused::Failed => {
            assets::text(StatusCode::INTERNAL_SERVER_ERROR, "The password cannot be checked.\n")
        }
    }
}
