//! The packet path between browser and SIP.
