//! Governance: the promises of the founding texts, and what proves each of them.
//!
//! `controls.rs` reads the controls' files and derives their state from evidence. Refused: a green
//! mark without evidence.

pub mod controls;
