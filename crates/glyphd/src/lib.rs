//! The program around the pipeline and the store: command line, files, import jobs and what a person reads.
//!
//! The clock and the random numbers are read here and given to the crates below as arguments.

pub mod command;

mod clock;
mod export;
mod html;
mod http;
mod identity;
mod import_job;
mod input;
mod market;
mod names;
mod output;
mod profiles;
mod repair_job;
mod report;
mod rescore;
mod title_answer;
mod token;
