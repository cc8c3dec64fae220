//! Which request does what.

use axum::http::{HeaderMap, Method};

use super::{Answer, Front, body};
use crate::finesse::centre::Centre;
use crate::finesse::centre::error::ApiError;
use crate::finesse::xml::Element;

/// A request whose sender is known.
pub(super) struct Call<'a> {
    pub(super) front: &'a Front,
    pub(super) method: &'a Method,
    pub(super) parts: &'a [&'a str],
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    pub(super) caller: &'a str,
    pub(super) request: &'a str,
}

type Result<T> = std::result::Result<T, ApiError>;

impl Call<'_> {
    fn read(&self, read: impl FnOnce(&Centre, u64) -> Result<Element>) -> Result<Answer> {
        if self.method != Method::GET && self.method != Method::HEAD {
            return Ok(Answer::NotAllowed("GET,OPTIONS,HEAD"));
        }
        self.front.shared.read(|world, now| read(&world.centre, now)).map(Answer::Object)
    }

    fn write(&self, write: impl FnOnce(&mut Centre, u64) -> Result<()>) -> Result<Answer> {
        self.front.shared.with_outcome_later(|world, now| write(&mut world.centre, now))?;
        Ok(Answer::Accepted)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

pub(super) fn route(call: &Call<'_>) -> Result<Answer> {
    let (caller, request) = (call.caller, call.request);
    match *call.parts {
        ["User", id] => match *call.method {
            Method::PUT => {
                let change = body::change(&body::read(call.body, "User")?);
                call.write(|centre, now| centre.change(now, caller, id, &change, request))
            }
            Method::GET | Method::HEAD => call.read(|centre, now| centre.read_user(now, caller, id)),
            _ => Ok(Answer::NotAllowed("GET,OPTIONS,HEAD,PUT")),
        },
        ["User", id, "Dialogs"] => match *call.method {
            Method::POST => {
                let create = body::create(&body::read(call.body, "Dialog")?);
                call.write(|centre, now| centre.create(now, caller, id, &create, request))
            }
            Method::GET | Method::HEAD => call.read(|centre, now| centre.read_dialogs(now, caller, id)),
            _ => Ok(Answer::NotAllowed("GET,OPTIONS,HEAD,POST")),
        },
        ["User", _, "ClientLog"] => Ok(Answer::Done),
        ["User", id, list] => call.read(|centre, now| {
            centre.read_user(now, caller, id)?;
            match list {
                "Queues" => centre.read_queues(now, caller, id),
                "ReasonCodes" => centre.read_reason_codes(call.parameter("category")),
                "WrapUpReasons" => Ok(centre.read_wrap_up_reasons()),
                "PhoneBooks" => Ok(centre.read_phone_books()),
                "MediaPropertiesLayouts" => Ok(Element::new("MediaPropertiesLayouts")),
                _ => Err(ApiError::not_found(list)),
            }
        }),
        ["User", id, "ReasonCode", code] => call.read(|centre, now| {
            centre.read_user(now, caller, id)?;
            centre.read_reason_code(code)
        }),
        ["ReasonCode", code] => call.read(|centre, _| centre.read_reason_code(code)),
        ["Users"] => call.read(|centre, _| centre.read_users(caller)),
        ["Dialog", id] => match *call.method {
            Method::PUT => {
                let action = body::action(&body::read(call.body, "Dialog")?);
                call.write(|centre, now| centre.act(now, caller, id, &action, request))
            }
            Method::GET | Method::HEAD => call.read(|centre, now| centre.read_dialog(now, caller, id)),
            _ => Ok(Answer::NotAllowed("GET,OPTIONS,HEAD,PUT")),
        },
        ["Queue", id] => call.read(|centre, _| centre.read_queue(id)),
        ["Team", id] => call.read(|centre, now| centre.read_team(now, caller, id)),
        ["Team", id, "TeamMessages"] => call.read(|centre, _| Ok(centre.read_messages(caller, Some(id)))),
        ["TeamMessage" | "TeamMessages"] => match *call.method {
            Method::POST => {
                let message = body::read(call.body, "TeamMessage")?;
                call.write(|centre, now| centre.send_message(now, caller, &message, request))
            }
            _ => call.read(|centre, _| Ok(centre.read_messages(caller, None))),
        },
        ["TeamMessage", id] => match *call.method {
            Method::DELETE => call.write(|centre, _| centre.delete_message(caller, id, request)),
            _ => call.read(|centre, _| centre.read_message(id)),
        },
        ["TeamResource", team, list] => call.read(|centre, _| {
            if !centre.config().teams.iter().any(|known| known.id.to_string() == team) {
                return Err(ApiError::new(404, "TeamId Not Found", "The team does not exist", team));
            }
            match list {
                "ReasonCodes" => centre.read_reason_codes(call.parameter("category")),
                "WrapUpReasons" => Ok(centre.read_wrap_up_reasons()),
                "PhoneBooks" => Ok(centre.read_phone_books()),
                "MediaPropertiesLayouts" => Ok(Element::new("MediaPropertiesLayouts")),
                _ => Err(ApiError::not_found(list)),
            }
        }),
        ["PhoneBook", id, "Contacts"] | ["TeamResource", _, "PhoneBook", id, "Contacts"] => {
            contacts(call, id)
        }
        _ => Err(ApiError::not_found(call.parts.last().copied().unwrap_or_default())),
    }
}

/// With a range, the part that is asked for.
fn contacts(call: &Call<'_>, id: &str) -> Result<Answer> {
    let range = call.headers.get("range").and_then(|range| range.to_str().ok());
    let answer = call.read(|centre, _| centre.read_contacts(id))?;
    let (Some(range), Answer::Object(list)) = (range, &answer) else { return Ok(answer) };
    let unusable = || ApiError::new(416, "Range Not Satisfiable", "The range is invalid", range);
    let (first, last) =
        range.strip_prefix("objects=").and_then(|range| range.split_once('-')).ok_or_else(unusable)?;
    let (first, last): (usize, usize) = first
        .parse()
        .ok()
        .zip(last.parse().ok())
        .filter(|(first, last)| *first >= 1 && first <= last && last - first < 6_000)
        .ok_or_else(unusable)?;
    let all: Vec<_> = list.elements().cloned().collect();
    let part: Vec<_> = all.iter().skip(first - 1).take(last - first + 1).cloned().collect();
    if part.is_empty() {
        return Err(unusable());
    }
    let said = format!("objects {first}-{}/{}", first + part.len() - 1, all.len());
    Ok(Answer::Part(Element::new("Contacts").children(part), said))
}
