//! Build, test, demo and packaging commands of this repository.
fn main() {}
