//! How a line proves who it is.

use super::Line;
use crate::digest::{Challenge, Login, Subject};
use crate::message::{Request, name};
use crate::random::At;

/// A line talks to its registrar and perhaps a proxy or two; more realms are noise.
const MOST_REALMS: usize = 8;

impl Line {
    /// Forgets all challenges: another server has not asked for anything yet.
    pub(crate) fn forget_challenges(&mut self) {
        self.credentials.clear();
    }

    /// Keeps challenges for this and later requests.
    pub(crate) fn learn(&mut self, challenges: Vec<Challenge>) {
        for challenge in challenges {
            let same = |c: &Challenge| c.realm == challenge.realm && c.proxy == challenge.proxy;
            self.credentials.retain(|(known, _)| !same(known));
            self.credentials.push((challenge, 0));
            if self.credentials.len() > MOST_REALMS {
                self.credentials.remove(0);
            }
        }
    }

    /// Puts the answers to known challenges into a request: to those that `asked` picks, since an answer that
    /// reaches somebody who did not ask lets them guess the password at leisure.
    pub(crate) fn authorise(
        &mut self,
        at: &mut At<'_>,
        request: &mut Request,
        asked: impl Fn(&Challenge) -> bool,
    ) {
        request.headers.remove(name::AUTHORIZATION);
        request.headers.remove(name::PROXY_AUTHORIZATION);
        let default_user = self.aor.user().unwrap_or_default();
        let login = Login {
            user: self.config.auth_user.as_ref().unwrap_or(&default_user),
            password: &self.config.password,
        };
        let (method, uri) = (request.method.to_string(), request.uri.to_string());
        for (challenge, count) in self.credentials.iter_mut().filter(|(challenge, _)| asked(challenge)) {
            *count += 1;
            let subject = Subject { method: &method, uri: &uri, body: &request.body };
            let answer = challenge.answer(&login, &subject, *count, &at.token(16));
            request.headers.push(challenge.header(), answer);
        }
    }
}
