//! What the server promises to whoever talks to it, as sentences, on SQLite and on PostgreSQL.
//!
//! One binary. `house` is the invented mini hospital, `send` asks it things without a socket.
//! `routes` and `writes` are the two coverage tables: a route that is in the code and not in
//! `route_table` fails here, and so does one that leaves another event than its own. PostgreSQL
//! comes from `ALMONER_TEST_POSTGRES`, which `./test` sets.

#![expect(
    clippy::unwrap_used,
    reason = "a sentence whose preparation fails has failed"
)]

#[macro_use]
mod house;

mod bad_input;
mod commands;
mod erasure;
mod headers;
mod import;
mod live;
mod no_signal;
mod offers;
mod quicker;
mod route_table;
mod routes;
mod scope;
mod send;
mod story;
mod two_roles;
mod writes;
