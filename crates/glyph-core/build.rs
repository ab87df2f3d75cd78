//! Holds the data of the registry against its checks, so that no program is built with a faulty one.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::struct_field_names,
    clippy::print_stdout,
    reason = "the registry's own modules, of which only the checks are used here"
)]

#[path = "src/registry/mod.rs"]
mod registry;

fn main() {
    println!("cargo::rerun-if-changed=registry");
    println!("cargo::rerun-if-changed=src/registry");
    if let Err(error) = registry::Registry::parse(&registry::RegistryFiles::EMBEDDED) {
        println!("cargo::error=registry/{error}");
    }
}
