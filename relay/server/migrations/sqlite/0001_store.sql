-- Every ended call of every user. Times are milliseconds since the Unix epoch.
CREATE TABLE calls (
    user_name TEXT NOT NULL,
    call_id INTEGER NOT NULL,
    direction TEXT NOT NULL,
    number TEXT NOT NULL,
    name TEXT,
    started_ms INTEGER NOT NULL,
    answered_ms INTEGER,
    ended_ms INTEGER NOT NULL,
    end_reason TEXT NOT NULL,
    failure TEXT,
    failure_detail TEXT,
    held_ms INTEGER NOT NULL,
    dialog TEXT,
    queue TEXT,
    PRIMARY KEY (user_name, call_id)
);
CREATE INDEX calls_by_time ON calls (user_name, started_ms);
CREATE INDEX calls_by_age ON calls (started_ms);

-- What happened to contact-centre agents. `state` and `dialog` are empty where the kind has none.
CREATE TABLE agent_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    dialog TEXT NOT NULL,
    reason_id TEXT,
    reason_label TEXT,
    direction TEXT,
    queue TEXT,
    UNIQUE (agent, at_ms, kind, state, dialog)
);
CREATE INDEX agent_events_by_age ON agent_events (at_ms);

-- Secrets, sealed with the key that is beside the store.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
);
