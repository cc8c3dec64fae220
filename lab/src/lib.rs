//! Simulators and the demo.
