//! The parts that pages are made of: each is a function from plain values to HTML.
//!
//! A part knows no database, no request and no clock; what it shows is what it was given. The
//! words, icons and colours of states live in [`states`] and nowhere else. Inline styles and
//! scripts are refused by the content security policy, so no part writes any. Next: `views`, the
//! whole pages, and `/gallery`, which shows every part in every state.

pub mod blocks;
pub mod clocks;
pub mod forms;
pub mod icons;
pub mod shell;
pub mod states;
pub mod tables;
