//! Plain measures that buyers ask for beside the score. What is not known is absent.

use serde::Serialize;

use super::memory_and_price;
use crate::registry::Model;

/// The measures of one card at one price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measures {
    pub usd_per_gb: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_per_gb_s: Option<f64>,
    /// Per dense FP16 TFLOPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_per_tflop: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watts_per_gb: Option<f64>,
    /// How many models of 7, 13 and 70 billion parameters fit at once, at 4 bits with a cache of 4,096 tokens each.
    pub fits_7b: u32,
    pub fits_13b: u32,
    pub fits_70b: u32,
    /// No more tokens a second than this for one reader of a 7B model at 4 bits: each token reads all weights once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_second_7b_bound: Option<f64>,
}

/// Weights of a 7B model at 4 bits: half a byte a parameter, GB.
const WEIGHTS_7B_GB: f64 = 3.5;

/// Weights and cache of one model, GB. The cache holds key and value in 16 bits for each layer and token: 2 · 2 bytes ·
/// layers · width of the keys · 4,096 tokens, with the layers and widths of Llama 2 (Touvron et al. 2023,
/// arXiv:2307.09288): 32 · 4,096, 40 · 5,120 and, with eight grouped heads of 128, 80 · 1,024.
const MODEL_7B_GB: f64 = WEIGHTS_7B_GB + 2.15;
const MODEL_13B_GB: f64 = 6.5 + 3.36;
const MODEL_70B_GB: f64 = 35.0 + 1.34;
/// What the runtime keeps for itself on a card, GB.
const RUNTIME_GB: f64 = 1.0;

impl Measures {
    /// `None` where the memory is not known or the price is no positive number.
    pub fn of(model: &Model, unit_price_usd: f64) -> Option<Measures> {
        let (memory, price) = memory_and_price(model, unit_price_usd)?;
        let per = |value: Option<f64>| {
            value
                .filter(|value| *value > 0.0)
                .map(|value| price / value)
        };
        let fits = |model_gb: f64| ((memory - RUNTIME_GB).max(0.0) / model_gb).floor() as u32;
        Some(Measures {
            usd_per_gb: price / memory,
            usd_per_gb_s: per(model.memory_bandwidth_gb_s),
            usd_per_tflop: per(model.fp16_tensor_tflops_dense),
            watts_per_gb: model.tdp_w.map(|watts| f64::from(watts) / memory),
            fits_7b: fits(MODEL_7B_GB),
            fits_13b: fits(MODEL_13B_GB),
            fits_70b: fits(MODEL_70B_GB),
            tokens_per_second_7b_bound: model
                .memory_bandwidth_gb_s
                .filter(|_| fits(MODEL_7B_GB) > 0)
                .map(|bandwidth| bandwidth / WEIGHTS_7B_GB),
        })
    }
}
