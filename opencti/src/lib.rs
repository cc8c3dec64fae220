//! The CRM host port and its hosts.
