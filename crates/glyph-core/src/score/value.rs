//! The formula of the profiles with weights: every term is `weight × x / (x + half)`.
//!
//! The curve rises everywhere and reaches its weight nowhere, so no price and no memory is too large to tell apart.

use super::profile::{Halves, Weights};
use super::{Term, memory_and_price};
use crate::registry::Model;

pub(super) const TERMS: usize = 12;

/// The points of each term, in the order of [`terms`]. What is not known gives nothing.
pub(super) fn points(
    model: &Model,
    counted_price_usd: f64,
    weights: &Weights,
    halves: &Halves,
) -> Option<[f64; TERMS]> {
    let (memory, price) = memory_and_price(model, counted_price_usd)?;
    let thousands = price / 1_000.0;
    let bandwidth = known(model.memory_bandwidth_gb_s);
    let fp32 = known(model.fp32_tflops);
    let fp16 = known(model.fp16_tensor_tflops_dense);
    let int8 = known(model.int8_tops_dense);
    let watts = known(model.tdp_w.map(f64::from));
    let mig = f64::from(model.mig_instances.unwrap_or(0)).min(7.0) / 7.0;
    let nvlink = f64::from(u8::from(model.nvlink == Some(true)));
    let room = share(memory, halves.room_gb);
    // Less is better: half over half plus x.
    let frugal = if watts > 0.0 {
        share(halves.watts_per_gb, watts / memory)
    } else {
        0.0
    };
    Some([
        weights.memory * share(memory, halves.memory_gb),
        weights.bandwidth * share(bandwidth, halves.bandwidth_gb_s),
        weights.fp32 * share(fp32, halves.fp32_tflops),
        weights.fp16 * share(fp16, halves.fp16_tflops),
        weights.int8 * share(int8, halves.int8_tops),
        weights.mig * mig,
        weights.nvlink * nvlink,
        weights.power * frugal,
        weights.memory_per_dollar * room * share(memory / thousands, halves.gb_per_thousand_usd),
        weights.bandwidth_per_dollar
            * room
            * share(bandwidth / thousands, halves.gb_s_per_thousand_usd),
        weights.fp32_per_dollar
            * room
            * share(fp32 / thousands, halves.fp32_tflops_per_thousand_usd),
        weights.fp16_per_dollar
            * room
            * share(fp16 / thousands, halves.fp16_tflops_per_thousand_usd),
    ])
}

/// The terms with their reasons.
pub(super) fn terms(
    model: &Model,
    counted_price_usd: f64,
    weights: &Weights,
    halves: &Halves,
) -> Option<Vec<Term>> {
    let (memory, price) = memory_and_price(model, counted_price_usd)?;
    let points = points(model, counted_price_usd, weights, halves)?;
    let thousands = price / 1_000.0;
    let grown = |value: Option<f64>, unit: &str, half: f64, what: &str| match value {
        Some(value) => format!("{value} {unit}; half of the points at {half}"),
        None => unknown(what),
    };
    let per_dollar = |value: Option<f64>, unit: &str, half: f64, what: &str| match value {
        Some(value) => format!(
            "{:.1} {unit} per $1,000; half of the points at {half}, times {:.2} for {memory} GB",
            value / thousands,
            share(memory, halves.room_gb)
        ),
        None => unknown(what),
    };
    let named: [(&'static str, String); TERMS] = [
        (
            "memory",
            grown(Some(memory), "GB", halves.memory_gb, "memory"),
        ),
        (
            "bandwidth",
            grown(
                model.memory_bandwidth_gb_s,
                "GB/s",
                halves.bandwidth_gb_s,
                "memory bandwidth",
            ),
        ),
        (
            "fp32",
            grown(
                model.fp32_tflops,
                "FP32 TFLOPS",
                halves.fp32_tflops,
                "FP32 rate",
            ),
        ),
        (
            "fp16",
            grown(
                model.fp16_tensor_tflops_dense,
                "dense FP16 TFLOPS",
                halves.fp16_tflops,
                "FP16 matrix rate",
            ),
        ),
        (
            "int8",
            grown(
                model.int8_tops_dense,
                "dense INT8 TOPS",
                halves.int8_tops,
                "INT8 matrix rate",
            ),
        ),
        (
            "mig",
            model.mig_instances.map_or_else(
                || unknown("number of MIG instances"),
                |count| format!("{count} of 7 instances"),
            ),
        ),
        (
            "nvlink",
            match model.nvlink {
                Some(true) => "has NVLink".to_owned(),
                Some(false) => "has no NVLink".to_owned(),
                None => unknown("NVLink"),
            },
        ),
        (
            "power",
            model.tdp_w.map_or_else(
                || unknown("power"),
                |watts| {
                    format!(
                        "{watts} W, {:.1} W/GB; half of the points at {}",
                        f64::from(watts) / memory,
                        halves.watts_per_gb
                    )
                },
            ),
        ),
        (
            "memory_per_dollar",
            per_dollar(Some(memory), "GB", halves.gb_per_thousand_usd, "memory"),
        ),
        (
            "bandwidth_per_dollar",
            per_dollar(
                model.memory_bandwidth_gb_s,
                "GB/s",
                halves.gb_s_per_thousand_usd,
                "memory bandwidth",
            ),
        ),
        (
            "fp32_per_dollar",
            per_dollar(
                model.fp32_tflops,
                "FP32 TFLOPS",
                halves.fp32_tflops_per_thousand_usd,
                "FP32 rate",
            ),
        ),
        (
            "fp16_per_dollar",
            per_dollar(
                model.fp16_tensor_tflops_dense,
                "dense FP16 TFLOPS",
                halves.fp16_tflops_per_thousand_usd,
                "FP16 matrix rate",
            ),
        ),
    ];
    Some(
        named
            .into_iter()
            .zip(points)
            .zip(most(weights))
            .filter(|(_, most)| *most > 0.0)
            .map(|(((name, reason), points), most)| Term {
                name,
                points,
                most: Some(most),
                reason,
            })
            .collect(),
    )
}

/// The weights in the order of the terms.
fn most(weights: &Weights) -> [f64; TERMS] {
    [
        weights.memory,
        weights.bandwidth,
        weights.fp32,
        weights.fp16,
        weights.int8,
        weights.mig,
        weights.nvlink,
        weights.power,
        weights.memory_per_dollar,
        weights.bandwidth_per_dollar,
        weights.fp32_per_dollar,
        weights.fp16_per_dollar,
    ]
}

fn unknown(what: &str) -> String {
    format!("{what} not known: contributes nothing")
}

/// 0 for what is not known or makes no sense.
fn known(value: Option<f64>) -> f64 {
    value.filter(|value| *value > 0.0).unwrap_or(0.0)
}

/// 0 at nothing, one half at `half`, towards 1 beyond.
fn share(value: f64, half: f64) -> f64 {
    value / (value + half)
}
