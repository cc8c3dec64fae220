//! An hour of a day, in virtual time.

use super::*;
use crate::cti::memory::MemorySwitch;
use crate::finesse::centre::{NodeInfo, Output, Totals};
use crate::finesse::config::Config;

const START: u64 = 1_809_417_600_000;
const HOUR: u64 = 3_600_000;

struct Figures {
    totals: Totals,
    most_talking: usize,
    longest_queue: u32,
    changes: usize,
}

fn hour(script: Script, seed: u64) -> Figures {
    let node = NodeInfo { host: "a".into(), https_port: 1, xmpp_port: 2, xmpp_secure_port: 3 };
    let mut centre = Centre::new(Config::default(), vec![node], START);
    let mut switch = Split::new(MemorySwitch::default(), None);
    let mut day = Day::new(script, seed, START, &centre);
    let mut figures = Figures { totals: Totals::default(), most_talking: 0, longest_queue: 0, changes: 0 };
    let mut now = START;
    while now < START + HOUR {
        centre.timeout(now);
        loop {
            if let Some(output) = centre.next_output() {
                match output {
                    Output::Command(command) => switch.command(command),
                    Output::Publish(_) => {}
                    Output::Changed { agent, from, to } => {
                        figures.changes += 1;
                        day.changed(now, &agent, from, to);
                    }
                }
            } else if let Some(event) = switch.next_event() {
                day.heard(now, &event);
                centre.cti(now, event);
            } else {
                let acts = day.due(now, &centre);
                if acts.is_empty() {
                    break;
                }
                for act in acts {
                    act.perform(now, &mut centre, &mut switch);
                }
            }
        }
        let talking = centre.agents().filter(|agent| agent.state == AgentState::Talking).count();
        figures.most_talking = figures.most_talking.max(talking);
        for queue in &centre.config().queues {
            let it = centre.statistics(queue.id);
            figures.longest_queue = figures.longest_queue.max(it.calls_in_queue);
        }
        now = centre.next_timeout().min(day.next_timeout()).max(now + 1);
    }
    figures.totals = centre.totals;
    figures
}

#[test]
fn a_busy_monday_keeps_forty_people_busy_and_is_the_same_each_time() {
    let one = hour(Script::BUSY_MONDAY, 7);
    assert!(one.totals.offered > 400, "{:?}", one.totals);
    assert!(one.totals.answered * 100 > one.totals.offered * 80, "{:?}", one.totals);
    assert!(one.totals.missed > 0 && one.most_talking > 15 && one.longest_queue > 0);
    let again = hour(Script::BUSY_MONDAY, 7);
    assert_eq!((one.totals.answered, one.changes), (again.totals.answered, again.changes));
    assert_ne!(one.changes, hour(Script::BUSY_MONDAY, 8).changes);
}

#[test]
fn a_quiet_day_has_calls_and_hardly_anybody_waits() {
    let quiet = hour(Script::QUIET, 1);
    assert!((20..150).contains(&quiet.totals.offered) && quiet.totals.abandoned < 5, "{:?}", quiet.totals);
}

#[test]
fn calls_go_on_while_the_back_end_fails_again_and_again() {
    let failing = hour(Script::FAILOVER, 1);
    assert!(failing.totals.answered > 40, "{:?}", failing.totals);
}
