//! What the web page and the report as a file are both made of: small pieces and charts.

pub(crate) mod chart;
pub(crate) mod parts;

/// The styles of both.
pub(crate) const STYLES: &str = include_str!("../../assets/glyphd.css");
