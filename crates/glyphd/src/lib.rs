//! The program's library: what `main.rs` calls.

pub mod command;
