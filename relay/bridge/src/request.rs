//! Requests that were answered, so that one sent again after a broken connection is not carried out twice, and
//! requests whose answer the other side decides.

use crate::ClientId;
use serde::{Deserialize, Serialize};
use sidetone_protocol::{CallId, ConferenceId, Failure, RelayMessage, RequestId};
use std::collections::VecDeque;

/// How many answers are kept per tab. A tab has at most a handful of requests under way.
const KEPT: usize = 32;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    Accepted(Option<CallId>),
    Failed(Failure),
}

impl Outcome {
    pub(crate) fn message(self, request: RequestId) -> RelayMessage {
        match self {
            Self::Accepted(call) => RelayMessage::Accepted { request, call },
            Self::Failed(failure) => RelayMessage::Failed { request: Some(request), failure },
        }
    }
}

/// The last answers to one tab.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AnsweredRequests(VecDeque<(RequestId, Outcome)>);

impl AnsweredRequests {
    pub(crate) fn outcome(&self, request: RequestId) -> Option<Outcome> {
        self.0.iter().find(|(known, _)| *known == request).map(|(_, outcome)| outcome.clone())
    }

    pub(crate) fn remember(&mut self, request: RequestId, outcome: Outcome) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((request, outcome));
    }
}

/// A request that is answered when the other side has agreed or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WaitingRequest {
    pub(crate) client: ClientId,
    pub(crate) request: RequestId,
    /// The call that the answer names.
    pub(crate) call: CallId,
    pub(crate) until: Until,
}

/// What a waiting request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Until {
    /// The call is on hold.
    Held,
    /// The call, or its conference, is no longer on hold.
    Resumed,
    /// Everybody is in the conference.
    Joined(ConferenceId),
    /// The conference of the telephone system, at the other side of the call, is there.
    Opened,
}
