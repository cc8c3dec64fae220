//! The relay: one binary that joins call logic, SIP and media to sockets.
