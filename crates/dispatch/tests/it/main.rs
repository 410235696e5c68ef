//! The dispatch engine as its callers see it: rules in sentences, a brute-force count as oracle,
//! generated problems through `check`, and bad input.

mod bad_input;
mod check;
mod oracle;
mod properties;
mod rules;
mod samples;
