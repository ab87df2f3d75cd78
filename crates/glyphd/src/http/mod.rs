//! The HTTP interface: `router.rs` has a route a line.

mod answers;
mod auth;
mod context;
mod database;
mod guard;
mod jobs;
mod layers;
mod legacy;
mod metrics;
mod parameters;
mod problem;
mod router;
mod serve;
mod v1;

#[cfg(test)]
mod tests;

pub(crate) use context::Limits;
pub(crate) use router::openapi;
pub(crate) use serve::{Config, serve};
