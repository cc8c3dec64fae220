//! Everything as JSON, for tests.

use serde_json::{Value, json};

use crate::finesse::world::World;

/// What there is now.
pub(super) fn state(world: &World, now: u64) -> Value {
    let centre = &world.centre;
    let agents: serde_json::Map<String, Value> = centre
        .agents()
        .map(|agent| {
            let value = json!({
                "state": agent.state.name(),
                "since": agent.since,
                "reason": centre.reason_label(&agent.config.id),
                "pending": agent.pending.map(|(state, _)| state.name()),
                "extension": agent.extension,
                "simulated": agent.config.simulated,
                "failures": agent.failures.0,
            });
            (agent.config.id.clone(), value)
        })
        .collect();
    let queues: serde_json::Map<String, Value> = centre
        .config()
        .queues
        .iter()
        .map(|queue| {
            let figures = centre.statistics(queue.id);
            (queue.id.to_string(), json!({ "name": queue.name, "number": queue.number, "figures": figures }))
        })
        .collect();
    let dialogs: Vec<Value> = centre
        .dialogs()
        .map(|dialog| {
            let participants: Vec<Value> = dialog
                .participants
                .iter()
                .map(|it| json!({ "address": it.address, "agent": it.agent, "state": it.state.name() }))
                .collect();
            json!({
                "id": dialog.id,
                "call": dialog.call.0,
                "from": dialog.from,
                "to": dialog.to,
                "state": dialog.state.name(),
                "callType": dialog.kind,
                "queue": dialog.queue,
                "waiting": dialog.waiting,
                "participants": participants,
                "visible": dialog.visible,
                "wrapUp": dialog.wrap_up,
                "variables": dialog.variables,
            })
        })
        .collect();
    let nodes: Vec<Value> = world
        .nodes
        .iter()
        .map(|node| json!({ "host": node.host, "connections": node.hub.connections(), "network": *node.faults.network.borrow() }))
        .collect();
    json!({
        "now": now,
        "platform": centre.platform().name(),
        "inService": centre.in_service(),
        "agents": agents,
        "queues": queues,
        "dialogs": dialogs,
        "nodes": nodes,
        "totals": centre.totals,
    })
}
