//! Reads GPU market listings row by row, names the card behind each title and scores what it is worth.
//!
//! The modules stand in the order in which a row passes through them. Everything here is pure: no SQL, no HTTP, no
//! async, no files, no environment, no clock and no randomness. Bytes, rates, times and profiles come in as arguments.

pub mod source;

pub mod listing;
pub mod money;
pub mod reject;

pub mod matching;
pub mod registry;
pub mod score;

pub mod fit;
pub mod market;

pub mod pipeline;
