//! What watches the instance from inside: whether its own files and its log are what they were.
//!
//! [`sentinel`] looks; it stands on the trust core only, and nothing calls it but the program that
//! starts it. Backups will be the second room. Refused: mending anything. What is found is told, in
//! the log and to people, who decide.

pub mod sentinel;
