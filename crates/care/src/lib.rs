//! Care: what hospitals and counselling services do with the trust core.
//!
//! [`tasking`] is the work of porters and cleaners, [`governance`] the promises and their proofs.
//! Tracking and reports come in rooms of their own. The rooms never use each other but for ids.

pub mod governance;
pub mod tasking;
