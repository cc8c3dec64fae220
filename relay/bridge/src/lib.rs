//! Pure call logic: who is in a call, on which legs, and what happens next.
