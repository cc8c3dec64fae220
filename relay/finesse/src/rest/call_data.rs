//! What is kept with a call: variables, and what it was about.

use super::{Purpose, Request};
use crate::model::DialogId;
use crate::xml::Writer;
use thiserror::Error;

/// Bytes of the value of `callVariable1` to `callVariable10` (guide, p. 118).
const LONGEST_CALL_VARIABLE: usize = 40;
/// Bytes of names and values of all other variables together (guide, p. 118).
const LONGEST_NAMED_VARIABLES: usize = 2_000;

/// More was to be said than Finesse takes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TooLong {
    /// The value of a call variable.
    #[error("{name} has {bytes} bytes; 40 fit")]
    CallVariable {
        /// Which.
        name: String,
        /// How long it is.
        bytes: usize,
    },
    /// All variables that are not `callVariable1` to `callVariable10`, names and values together.
    #[error("the named variables have {bytes} bytes; 2,000 fit")]
    NamedVariables {
        /// How long they are.
        bytes: usize,
    },
    /// A team message.
    #[error("the message has {characters} characters; 255 fit")]
    Message {
        /// How long it is.
        characters: usize,
    },
}

/// What is to be changed of a call's data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallData {
    /// What the call was about.
    pub wrap_up: Option<WrapUp>,
    /// Call variables, as name and new value.
    pub variables: Vec<(String, String)>,
}

/// What a call was about: labels of [`crate::model::WrapUpReason`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrapUp {
    /// One.
    Reason(String),
    /// Several, on UCCX.
    Items(Vec<String>),
}

impl Request {
    /// Changes call variables and says what the call was about.
    ///
    /// # Errors
    /// [`TooLong`], when the variables do not fit.
    pub fn update_call_data(dialog: &DialogId, data: &CallData) -> Result<Self, TooLong> {
        check_variables(&data.variables)?;
        Ok(Self::put_dialog(dialog, Purpose::CallData, |inside| {
            inside.value("requestedAction", "UPDATE_CALL_DATA");
            inside.element("mediaProperties", |properties| {
                match &data.wrap_up {
                    Some(WrapUp::Reason(reason)) => properties.value("wrapUpReason", reason),
                    Some(WrapUp::Items(items)) => properties.element("wrapUpItems", |inside| {
                        for item in items {
                            inside.value("wrapUpItem", item);
                        }
                    }),
                    None => {}
                }
                if !data.variables.is_empty() {
                    write_variables(properties, &data.variables);
                }
            });
        }))
    }
}

pub(super) fn write_variables(properties: &mut Writer, variables: &[(String, String)]) {
    // The lower case is real (guide, p. 74).
    properties.element("callvariables", |list| {
        for (name, value) in variables {
            list.element("CallVariable", |variable| {
                variable.value("name", name);
                variable.value("value", value);
            });
        }
    });
}

pub(super) fn check_variables(variables: &[(String, String)]) -> Result<(), TooLong> {
    let mut named = 0;
    for (name, value) in variables {
        if !is_call_variable(name) {
            named += name.len() + value.len();
        } else if value.len() > LONGEST_CALL_VARIABLE {
            return Err(TooLong::CallVariable { name: name.clone(), bytes: value.len() });
        }
    }
    if named > LONGEST_NAMED_VARIABLES { Err(TooLong::NamedVariables { bytes: named }) } else { Ok(()) }
}

/// `callVariable1` to `callVariable10`.
fn is_call_variable(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.strip_prefix("callvariable")
        .and_then(|number| number.parse().ok())
        .is_some_and(|n| (1..=10).contains(&n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AgentId;
    use crate::rest::MakeCall;

    fn agent() -> AgentId {
        AgentId("70123".to_owned())
    }

    fn dialog() -> DialogId {
        DialogId("40077001".to_owned())
    }

    fn variable(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn wrap_up_goes_with_the_call_data() {
        let body = |data: CallData| Request::update_call_data(&dialog(), &data).unwrap().body;
        let around = |inside: &str| {
            format!(
                "<Dialog><requestedAction>UPDATE_CALL_DATA</requestedAction>\
                 <mediaProperties>{inside}</mediaProperties></Dialog>"
            )
        };
        assert_eq!(
            body(CallData { wrap_up: Some(WrapUp::Reason("Order".to_owned())), ..CallData::default() }),
            around("<wrapUpReason>Order</wrapUpReason>")
        );
        let items = vec!["Order".to_owned(), "Returns".to_owned()];
        assert_eq!(
            body(CallData {
                wrap_up: Some(WrapUp::Items(items)),
                variables: vec![variable("callVariable3", "x")]
            }),
            around(
                "<wrapUpItems><wrapUpItem>Order</wrapUpItem><wrapUpItem>Returns</wrapUpItem></wrapUpItems>\
                 <callvariables><CallVariable><name>callVariable3</name><value>x</value></CallVariable></callvariables>"
            )
        );
    }

    #[test]
    fn what_does_not_fit_is_not_sent() {
        let data = |variables| CallData { wrap_up: None, variables };
        let tell = |variables| Request::update_call_data(&dialog(), &data(variables)).map(|_| ());
        // Bytes count, not characters.
        assert_eq!(tell(vec![variable("callVariable10", &"ü".repeat(20))]), Ok(()));
        assert_eq!(
            tell(vec![variable("callVariable10", &"ü".repeat(21))]),
            Err(TooLong::CallVariable { name: "callVariable10".to_owned(), bytes: 42 })
        );
        assert_eq!(tell(vec![variable("user.a", &"x".repeat(1_994))]), Ok(()));
        let both = vec![variable("user.a", &"x".repeat(1_000)), variable("user.b", &"x".repeat(1_000))];
        assert_eq!(tell(both), Err(TooLong::NamedVariables { bytes: 2_012 }));
        let call =
            MakeCall { variables: vec![variable("callVariable1", &"x".repeat(41))], ..MakeCall::default() };
        assert!(Request::make_call(&agent(), &call).is_err());
    }
}
