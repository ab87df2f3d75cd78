//! The HTTP interface: `router.rs` has a route a line.

mod answers;
mod artifact;
mod auth;
mod context;
mod cors;
mod database;
mod docs;
mod guard;
mod import_root;
mod jobs;
mod layers;
mod legacy;
mod metrics;
mod page;
mod parameters;
mod picture;
mod problem;
mod router;
mod serve;
mod v1;

#[cfg(test)]
mod tests;

pub(crate) use context::Limits;
pub(crate) use cors::parse_origin;
pub(crate) use import_root::ImportRoot;
pub(crate) use router::openapi;
pub(crate) use serve::{Config, serve};
