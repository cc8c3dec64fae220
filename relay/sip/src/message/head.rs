//! What every message has to have.

use super::{CSeq, Headers, Message, Method, NameAddr, Refusal, Request, Response, Via, multipart, name};
use serde::{Deserialize, Serialize};

/// The headers that place a message in its transaction and dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The topmost Via.
    pub via: Via,
    /// From.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// Call-ID.
    pub call_id: String,
    /// `CSeq`.
    pub cseq: CSeq,
}

impl Request {
    /// Reads the mandatory headers.
    ///
    /// # Errors
    /// With 400 where one is missing, repeated or broken (RFC 3261 §8.2.6, RFC 4475 §3.1.2 and §3.3).
    pub fn head(&self) -> Result<Head, Refusal> {
        let head = head(&self.headers).map_err(|reason| self.refusal(reason))?;
        if head.cseq.method != self.method {
            return Err(self.refusal("CSeq Method Mismatch"));
        }
        // A request of RFC 2543 may come without (RFC 4475 §3.3.15). The largest value is 255.
        if let Some(hops) = self.headers.first(name::MAX_FORWARDS)
            && hops.parse::<u8>().is_err()
        {
            return Err(self.refusal("Bad Max-Forwards"));
        }
        for contact in self.headers.all(name::CONTACT) {
            if contact != "*" && contact.parse::<NameAddr>().is_err() {
                return Err(self.refusal("Bad Contact"));
            }
        }
        Ok(head)
    }

    /// A refusal of this request with 400.
    fn refusal(&self, reason: &'static str) -> Refusal {
        Refusal { status: 400, reason, method: self.method.clone(), headers: self.headers.clone() }
    }

    /// The body as text, if it is of this type (`application/sdp`), or its first part that is.
    #[must_use]
    pub fn body_of_type(&self, media_type: &str) -> Option<String> {
        body_of_type(&self.headers, &self.body, media_type)
    }
}

impl Response {
    /// Reads the mandatory headers. None: one is missing or broken, the response is to be dropped.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        head(&self.headers).ok()
    }

    /// The body as text, if it is of this type (`application/sdp`), or its first part that is.
    #[must_use]
    pub fn body_of_type(&self, media_type: &str) -> Option<String> {
        body_of_type(&self.headers, &self.body, media_type)
    }
}

fn head(headers: &Headers) -> Result<Head, &'static str> {
    let mut vias = headers.all(name::VIA).map(str::parse::<Via>);
    let via = vias.next().ok_or("Missing Via")?.map_err(|_| "Bad Via")?;
    if vias.any(|via| via.is_err()) {
        return Err("Bad Via");
    }
    let call_id = single(headers, name::CALL_ID, "Missing Call-ID", "Repeated Call-ID")?;
    if call_id.is_empty() || call_id.contains(char::is_whitespace) {
        return Err("Bad Call-ID");
    }
    single(headers, name::MAX_FORWARDS, "", "Repeated Max-Forwards")
        .or_else(|e| if e.is_empty() { Ok("") } else { Err(e) })?;
    Ok(Head {
        via,
        from: single(headers, name::FROM, "Missing From", "Repeated From")?
            .parse()
            .map_err(|_| "Bad From")?,
        to: single(headers, name::TO, "Missing To", "Repeated To")?.parse().map_err(|_| "Bad To")?,
        call_id: call_id.to_owned(),
        cseq: single(headers, name::CSEQ, "Missing CSeq", "Repeated CSeq")?
            .parse()
            .map_err(|_| "Bad CSeq")?,
    })
}

fn single<'a>(
    headers: &'a Headers,
    name: &'a str,
    missing: &'static str,
    repeated: &'static str,
) -> Result<&'a str, &'static str> {
    let mut values = headers.all(name);
    let value = values.next().ok_or(missing)?;
    if values.next().is_some() { Err(repeated) } else { Ok(value) }
}

fn body_of_type(headers: &Headers, body: &[u8], media_type: &str) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    let stated = headers.first(name::CONTENT_TYPE)?;
    let whole = stated.split(';').next()?.trim().eq_ignore_ascii_case(media_type);
    let body = if whole { body } else { multipart::part(stated, body, media_type)? };
    Some(String::from_utf8_lossy(body).into_owned())
}

impl Message {
    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }
}

impl Refusal {
    /// Whether an answer may be sent: never to an ACK (RFC 3261 §8.2.6.1 and §17).
    #[must_use]
    pub fn may_answer(&self) -> bool {
        self.method != Method::ACK
    }
}
