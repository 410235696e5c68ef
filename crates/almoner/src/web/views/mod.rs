//! Whole pages as pure functions: a plain struct of words, numbers and states in, HTML out.
//!
//! A view asks nobody: no database, no clock, no permission. Whoever calls it has decided what the
//! reader may see, and what is not in the struct cannot be on the page. Clock times and dates come
//! as words, because only the caller knows the hospital's zone; running clocks come as UTC
//! microseconds. Nobody is ranked, and no view can show how long a break lasts, because no struct
//! has a field for it. Next: [`samples`] for what each struct looks like when filled.

pub mod accounts;
pub mod ask;
pub mod board;
pub mod board_rest;
pub mod controls;
pub mod gallery;
pub mod help;
pub mod help_texts;
pub mod import;
pub mod log;
pub mod password;
pub mod people;
pub mod person;
pub mod phone;
pub mod phone_day;
pub mod places;
pub mod plan;
pub mod problem;
pub mod proof;
pub mod roles;
pub mod samples;
pub mod sign_in;
pub mod task;
pub mod task_actions;
pub mod task_types;
pub mod teams;
pub mod terms;
