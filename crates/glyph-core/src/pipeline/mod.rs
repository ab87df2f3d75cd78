//! The only loop: rows in, outcomes out.
