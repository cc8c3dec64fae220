//! Pure SIP: messages, transactions, dialogs, registration, offer and answer.
