//! The trust core: who may ([`identity`]), what happened ([`ledger`]), what is secret ([`vault`]),
//! where it lies ([`store`]).
//!
//! The four meet in one database transaction: a permit opens a change, its rows are sealed, its
//! event goes into the ledger, and only then is anybody answered. They know no domain: tasks and
//! clients are the business of `care`. Begin reading at [`store`].

pub mod identity;
pub mod ledger;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod vault;
