//! Every user's dial plan, and what it would make of a number.

mod answer;
#[cfg(test)]
mod documented;
mod preview;

pub use answer::answer;
pub use preview::{CallerPreview, Preview, PreviewError};

use crate::config::{Config, DEFAULT_PROFILE};
use sidetone_bridge::UserId;
use sidetone_protocol::dial_plan::{DialPlan, PlanError, Presented};
use sidetone_protocol::{DialString, Failure, FailureCode};
use std::collections::HashMap;
use std::sync::Arc;

/// Every user's dial plan. Users are counted as in the configuration.
#[derive(Debug, Clone, Default)]
pub struct DialPlans {
    users: Vec<User>,
    /// For a user who is not configured: everything is dialled as it is typed.
    none: Arc<DialPlan>,
}

/// A user and how they dial.
#[derive(Debug, Clone)]
struct User {
    name: String,
    profile: String,
    plan: Arc<DialPlan>,
    /// The plan as the user's page gets it; none where there is nothing to be said of numbers.
    page: Option<Arc<DialPlan>>,
}

impl DialPlans {
    /// The plans of all users.
    ///
    /// # Errors
    ///
    /// What is wrong with a profile. Of a configuration that was loaded, nothing is.
    pub fn new(config: &Config) -> Result<Self, PlanError> {
        let none = Arc::new(DialPlan::default());
        let mut plans = HashMap::new();
        for profile in &config.profiles {
            let plan = profile.dial_plan()?;
            let page = (plan != *none).then(|| Arc::new(plan.without_names()));
            plans.insert(profile.name.as_str(), (Arc::new(plan), page));
        }
        let users = config.users.iter().map(|user| {
            let profile = user.profile.as_deref().unwrap_or(DEFAULT_PROFILE);
            let (plan, page) = plans.get(profile).cloned().unwrap_or_else(|| (Arc::clone(&none), None));
            User { name: user.name.clone(), profile: profile.to_owned(), plan, page }
        });
        Ok(Self { users: users.collect(), none })
    }

    /// The plan of a user.
    #[must_use]
    pub fn of(&self, user: UserId) -> &DialPlan {
        self.user(user).map_or(&self.none, |user| &user.plan)
    }

    /// The plan of a user for their page, which shows by it what will be dialled; none where everything is dialled as it
    /// is typed.
    #[must_use]
    pub fn for_page(&self, user: UserId) -> Option<&DialPlan> {
        self.user(user)?.page.as_deref()
    }

    fn user(&self, user: UserId) -> Option<&User> {
        usize::try_from(user.0).ok().and_then(|index| self.users.get(index))
    }

    /// What the telephone system is sent when this user dials this number.
    ///
    /// # Errors
    ///
    /// [`FailureCode::NumberBlocked`] with the rule's reason, where a rule blocks the number.
    pub fn target(&self, user: UserId, number: &DialString) -> Result<DialString, Failure> {
        let outcome = self.of(user).dial(number);
        outcome.target().cloned().map_err(|reason| Failure::with_detail(FailureCode::NumberBlocked, reason))
    }

    /// What a caller's number is for the user who is called.
    #[must_use]
    pub fn caller(&self, user: UserId, presented: &str) -> Presented {
        self.of(user).present(presented)
    }

    fn named(&self, name: &str) -> Result<&User, PreviewError> {
        self.users
            .iter()
            .find(|user| user.name == name)
            .ok_or_else(|| PreviewError::NoSuchUser { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dial_plans::preview::tests::config;
    use sidetone_protocol::dial_plan::Decision;

    fn dial_string(text: &str) -> DialString {
        text.parse().unwrap()
    }

    #[test]
    fn each_user_dials_by_their_own_profile_and_others_by_none() {
        let plans = DialPlans::new(&config()).unwrap();
        let number = dial_string("030 23125 123");
        let target = |user| plans.target(UserId(user), &number).map(String::from);
        assert_eq!(target(0), Ok("003023125123".to_owned()));
        // No profile named, and none is called `default`.
        assert_eq!(target(1), Ok("03023125123".to_owned()));
        assert_eq!(target(99), Ok("03023125123".to_owned()));
    }

    #[test]
    fn a_profile_called_default_is_for_those_who_name_none() {
        let mut config = config();
        config.profiles[0].name = DEFAULT_PROFILE.to_owned();
        config.users[0].profile = None;
        let plans = DialPlans::new(&config).unwrap();
        let target = plans.target(UserId(1), &dial_string("030 23125 123"));
        assert_eq!(target.map(String::from), Ok("003023125123".to_owned()));
    }

    #[test]
    fn a_page_gets_the_plan_that_its_user_dials_by() {
        let plans = DialPlans::new(&config()).unwrap();
        let sent = serde_json::to_string(plans.for_page(UserId(0)).unwrap()).unwrap();
        let page: DialPlan = serde_json::from_str(&sent).unwrap();
        for typed in ["030 23125 123", "+44 20 7946 0018", "0900 1 234567", "1002", "112", "*21*1002#"] {
            let number = dial_string(typed);
            let (shown, dialled) = (page.preview(&number), plans.target(UserId(0), &number));
            match dialled {
                Ok(dialled) => assert_eq!((shown.blocked, shown.dialled), (None, dialled), "{typed}"),
                Err(failure) => assert_eq!(shown.blocked, failure.detail, "{typed}"),
            }
        }
    }

    #[test]
    fn a_page_gets_no_plan_where_numbers_are_dialled_as_they_are_typed() {
        let plans = DialPlans::new(&config()).unwrap();
        assert_eq!((plans.for_page(UserId(1)), plans.for_page(UserId(99))), (None, None));
    }

    #[test]
    fn a_blocked_number_is_a_failure_with_the_reason() {
        let plans = DialPlans::new(&config()).unwrap();
        let failure = plans.target(UserId(0), &dial_string("0900 1 234567")).expect_err("was not blocked");
        assert_eq!(failure.code, FailureCode::NumberBlocked);
        assert_eq!(failure.detail.as_deref(), Some("Premium numbers cannot be called from here."));
    }

    #[test]
    fn a_caller_can_be_called_back_through_the_same_plan() {
        let plans = DialPlans::new(&config()).unwrap();
        let caller = plans.caller(UserId(0), "03023125123");
        assert_eq!(caller.e164.map(String::from).as_deref(), Some("+493023125123"));
        let back = plans.of(UserId(0)).dial(&caller.dial_back.unwrap());
        assert_eq!(back.decision, Decision::Dialled);
        assert_eq!(back.dialled.as_str(), "003023125123");
    }
}
