//! What a contact centre is set up with: agents, teams, queues, lists. A file may replace any part of the usual set.

use serde::Deserialize;

use super::centre::state::Platform;

/// The whole set-up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// UCCE or UCCX.
    pub platform: Platform,
    /// What agents who are lost are left as: 0 not ready, 1 signed out (UCCE; UCCX signs out).
    pub load: u8,
    /// Agents with telephones of their own.
    pub agents: Vec<AgentConfig>,
    /// How many simulated teammates there are, numbered from 2001 on.
    pub teammates: u16,
    /// Teams.
    pub teams: Vec<TeamConfig>,
    /// Queues.
    pub queues: Vec<QueueConfig>,
    /// Reasons for not being ready.
    pub not_ready_reasons: Vec<String>,
    /// Reasons for signing out.
    pub sign_out_reasons: Vec<String>,
    /// Results of calls.
    pub wrap_up_reasons: Vec<String>,
    /// The phone book of all.
    pub contacts: Vec<ContactConfig>,
    /// How long a call rings at an agent before it goes back to its queue, in milliseconds.
    pub ring_ms: u64,
    /// How long wrap-up takes if nobody ends it, in milliseconds.
    pub wrap_up_ms: u64,
    /// How long a lost agent is waited for, in milliseconds.
    pub presence_ms: u64,
    /// How long a silent connection takes to be noticed, in milliseconds.
    pub silence_ms: u64,
    /// How often the figures of queues are looked at, in milliseconds.
    pub statistics_ms: u64,
    /// How often a wrong password is taken before an account is blocked.
    pub sign_in_failures: u32,
    /// How long it is blocked, in milliseconds.
    pub block_ms: u64,
}

/// An agent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// `loginId`.
    pub id: String,
    /// `loginName`; the id by default.
    #[serde(default)]
    pub login_name: String,
    /// `firstName`.
    pub first_name: String,
    /// `lastName`.
    pub last_name: String,
    /// The password; also taken as access token.
    pub password: String,
    /// The telephone at the agent's place, which a simulated teammate signs in with.
    pub extension: String,
    /// The team that the agent is in.
    pub team: u32,
    /// Teams that the agent supervises.
    #[serde(default)]
    pub supervises: Vec<u32>,
    /// The queues that the agent has calls from.
    #[serde(default)]
    pub queues: Vec<u32>,
    /// Wrap-up after calls in.
    #[serde(default)]
    pub wrap_up_incoming: WrapUp,
    /// Wrap-up after calls out.
    #[serde(default = "WrapUp::none")]
    pub wrap_up_outgoing: WrapUp,
    /// A teammate whom the simulator plays.
    #[serde(default)]
    pub simulated: bool,
}

/// Whether there is wrap-up after a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WrapUp {
    /// Always.
    #[default]
    Required,
    /// Always, and not without a result.
    RequiredWithWrapUpData,
    /// If the agent asks for it during the call.
    Optional,
    /// Never.
    NotAllowed,
}

impl WrapUp {
    fn none() -> Self {
        Self::NotAllowed
    }

    /// As Finesse writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::RequiredWithWrapUpData => "REQUIRED_WITH_WRAP_UP_DATA",
            Self::Optional => "OPTIONAL",
            Self::NotAllowed => "NOT_ALLOWED",
        }
    }
}

/// A team.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamConfig {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub name: String,
}

/// A queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueConfig {
    /// Its number in the API.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The number that customers call.
    pub number: String,
}

/// An entry of the phone book.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactConfig {
    /// `firstName`.
    pub first_name: String,
    /// `lastName`.
    pub last_name: String,
    /// `phoneNumber`.
    pub number: String,
    /// `description`.
    #[serde(default)]
    pub description: String,
}

impl Default for Config {
    fn default() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let queue = |(id, name): (u32, &str)| QueueConfig {
            id,
            name: name.to_owned(),
            number: (5_000 + id).to_string(),
        };
        Self {
            platform: Platform::Ucce,
            load: 0,
            agents: people(),
            teammates: 40,
            teams: vec![
                TeamConfig { id: 1, name: "Harbour".to_owned() },
                TeamConfig { id: 2, name: "Lighthouse".to_owned() },
            ],
            queues: [
                (1, "Orders"),
                (2, "Support"),
                (3, "Billing"),
                (4, "Returns"),
                (5, "Travel desk"),
                (6, "Premium"),
            ]
            .map(queue)
            .to_vec(),
            not_ready_reasons: texts(&["Lunch", "Break", "Training", "Team meeting", "Paperwork"]),
            sign_out_reasons: texts(&["End of shift", "Change of place", "Unwell"]),
            wrap_up_reasons: texts(&["Solved", "Call back", "Passed on", "Complaint", "Order placed"]),
            contacts: [("Front", "Desk", "2001"), ("Night", "Line", "5002"), ("Echo", "Test", "600")]
                .map(|(first, last, number)| ContactConfig {
                    first_name: first.to_owned(),
                    last_name: last.to_owned(),
                    number: number.to_owned(),
                    description: String::new(),
                })
                .to_vec(),
            ring_ms: 20_000,
            wrap_up_ms: 30_000,
            presence_ms: 60_000,
            silence_ms: 120_000,
            statistics_ms: 10_000,
            sign_in_failures: 5,
            block_ms: 300_000,
        }
    }
}

/// Two agents and their supervisor, at the telephones of the demo's PBX.
fn people() -> Vec<AgentConfig> {
    [("1001", "Alice", "Arden"), ("1002", "Bob", "Birch"), ("1003", "Carol", "Cole")]
        .into_iter()
        .map(|(id, first, last)| AgentConfig {
            id: id.to_owned(),
            login_name: first.to_lowercase(),
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            password: format!("demo-{id}"),
            extension: id.to_owned(),
            team: 1,
            supervises: if id == "1003" { vec![1, 2] } else { Vec::new() },
            queues: if id == "1003" { Vec::new() } else { vec![1, 2, 3] },
            wrap_up_incoming: WrapUp::Required,
            wrap_up_outgoing: WrapUp::NotAllowed,
            simulated: false,
        })
        .collect()
}

const FIRST_NAMES: [&str; 20] = [
    "Ada", "Ben", "Cleo", "Dario", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Leon", "Mara",
    "Nils", "Olga", "Pedro", "Quinn", "Rosa", "Sven", "Tara",
];
const LAST_NAMES: [&str; 8] = ["Aalto", "Berg", "Costa", "Dietz", "Ekman", "Fischer", "Garcia", "Holm"];

impl Config {
    /// Reads a file in TOML.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// All agents, teammates included.
    pub fn everybody(&self) -> Vec<AgentConfig> {
        let teams: Vec<u32> = self.teams.iter().map(|team| team.id).collect();
        let queues: Vec<u32> = self.queues.iter().map(|queue| queue.id).collect();
        let teammate = |index: usize| {
            let pick = |from: &[u32], index: usize| from.get(index % from.len().max(1)).copied();
            let id = (2_001 + index).to_string();
            AgentConfig {
                login_name: format!("teammate{id}"),
                first_name: FIRST_NAMES[index % FIRST_NAMES.len()].to_owned(),
                last_name: LAST_NAMES[(index / 3 + index) % LAST_NAMES.len()].to_owned(),
                password: format!("demo-{id}"),
                extension: id.clone(),
                id,
                team: pick(&teams, index).unwrap_or(1),
                supervises: Vec::new(),
                // Two skills for each, so that every queue has some and nobody has all.
                queues: [pick(&queues, index), pick(&queues, index / 2 + 1)].into_iter().flatten().collect(),
                wrap_up_incoming: WrapUp::Required,
                wrap_up_outgoing: WrapUp::NotAllowed,
                simulated: true,
            }
        };
        let mut all = self.agents.clone();
        all.extend((0..usize::from(self.teammates)).map(teammate));
        for agent in &mut all {
            agent.queues.sort_unstable();
            agent.queues.dedup();
            if agent.login_name.is_empty() {
                agent.login_name.clone_from(&agent.id);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_what_it_names() {
        let text = "platform = 'uccx'\nteammates = 2\n[[queues]]\nid = 9\nname = 'One'\nnumber = '5009'\n";
        let config = Config::read(text).unwrap();
        assert_eq!((config.platform, config.queues.len(), config.agents.len()), (Platform::Uccx, 1, 3));
        let all = config.everybody();
        assert_eq!((all.len(), all[4].id.as_str(), all[4].queues.as_slice()), (5, "2002", &[9][..]));
        assert!(Config::read("colour = 'red'").is_err());
    }

    #[test]
    fn the_usual_set_has_somebody_for_every_queue_and_unique_numbers() {
        let config = Config::default();
        let all = config.everybody();
        for queue in &config.queues {
            assert!(all.iter().filter(|agent| agent.queues.contains(&queue.id)).count() > 5);
        }
        let mut ids: Vec<_> = all.iter().map(|agent| &agent.extension).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 43);
    }
}
