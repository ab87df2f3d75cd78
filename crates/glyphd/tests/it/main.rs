//! The real binary on real files, as a user would run it. One promise, one command or one fault a module.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod harness;

mod commands;
mod contract;
mod export;
mod faults;
mod help;
mod history;
mod kill;
mod market;
mod real_shapes;
mod rematch;
mod repair;
mod scores;
mod serve;
