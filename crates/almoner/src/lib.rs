//! Almoner, the server: instances, the web, the commands, the demonstration.
//!
//! The binary is `main.rs`, one line; everything is here so that tests can reach it. Begin reading
//! at [`cli`] for the commands, [`instance`] for what an instance is, [`web`] for its routes.

pub mod cli;
pub mod config;
pub mod demo;
pub mod founding;
pub mod instance;
pub mod web;
