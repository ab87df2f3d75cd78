//! The formats of weights.

use serde::Serialize;

/// How weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantisation {
    pub name: &'static str,
    pub bits_per_weight: f64,
    /// The embedding tables stay at 16 bits.
    pub keeps_embeddings: bool,
}

/// What a text without a format gets.
pub(super) const DEFAULT_QUANTISATION: Quantisation = Quantisation {
    name: "Q4_K_M",
    bits_per_weight: 4.8944,
    keeps_embeddings: false,
};

/// Name and bits per weight.
///
/// - K and IQ: measured on Llama 3.1 8B, ggml-org/llama.cpp, `tools/quantize/README.md`. `Q3_K_M` is not in
///   that table: 3.74 GiB for the 8.03 billion weights of Llama 3 8B, `tools/quantize/quantize.cpp`.
/// - `Q4_0` to `Q8_0`, MXFP4, NVFP4: bytes of a block, ggml-org/llama.cpp, `ggml/src/ggml-common.h`: 18, 20,
///   22, 24, 34 and 17 bytes for 32 weights, 36 for 64. Files keep some tensors in more: `Q4_0` of Llama 3 8B has
///   4.34 GiB (`tools/quantize/quantize.cpp`), which is 4.64 bits.
/// - AWQ, GPTQ, INT4: 4 bits and, for 128 weights, a scale of 16 bits and a zero point of 4
///   (<https://dev.to/multigrid/group-size-in-gptq-and-awq-quantization-1525>). Group 128 and an output table left out
///   (`"lm_head": false`) are what published `quantize_config.json` files say; Llama 3.1 8B comes to the 5.73 GB of its
///   published AWQ files.
/// - FP8, INT8: 8 bits; scales of a tensor or channel weigh nothing. Recipes apply these to linear layers and leave out
///   the output table (`ignore: [lm_head]`, as in nm-testing's `recipe.yaml`).
#[rustfmt::skip]
const QUANTISATIONS: [(&str, f64); 30] = [
    ("IQ1_S", 2.0042), ("IQ1_M", 2.1460), ("IQ2_XXS", 2.3824), ("IQ2_XS", 2.5882), ("IQ2_S", 2.7403),
    ("IQ2_M", 2.9294), ("IQ3_XXS", 3.2548), ("IQ3_XS", 3.4977), ("IQ3_S", 3.6606), ("IQ3_M", 3.7628),
    ("IQ4_XS", 4.4597), ("IQ4_NL", 4.6818), ("Q2_K_S", 2.9697), ("Q2_K", 3.1593), ("Q3_K_S", 3.6429),
    ("Q3_K_M", 4.0006), ("Q3_K_L", 4.2979), ("Q4_0", 4.5), ("Q4_1", 5.0), ("Q4_K_S", 4.6672),
    ("Q4_K_M", 4.8944), ("Q5_0", 5.5), ("Q5_1", 6.0), ("Q5_K_S", 5.5704), ("Q5_K_M", 5.7036),
    ("Q6_K", 6.5633), ("Q8_0", 8.5), ("FP16", 16.0), ("F16", 16.0), ("BF16", 16.0),
];

/// Name and bits per weight of the formats that leave the embedding tables at 16 bits; sources above.
#[rustfmt::skip]
const KEEPING_EMBEDDINGS: [(&str, f64); 7] = [
    ("MXFP4", 4.25), ("NVFP4", 4.5), ("AWQ", 4.15625), ("GPTQ", 4.15625), ("INT4", 4.15625),
    ("FP8", 8.0), ("INT8", 8.0),
];

/// What a short form stands for.
#[rustfmt::skip]
const SHORT: [(&str, &str); 13] = [
    ("q2", "Q2_K"), ("q3", "Q3_K_M"), ("q3_k", "Q3_K_M"), ("q4", "Q4_K_M"), ("q4_k", "Q4_K_M"),
    ("q5", "Q5_K_M"), ("q5_k", "Q5_K_M"), ("q6", "Q6_K"), ("q8", "Q8_0"), ("iq2", "IQ2_M"),
    ("iq3", "IQ3_M"), ("iq4", "IQ4_XS"), ("fp4", "NVFP4"),
];

/// The format that `word`, in lower case, names.
pub(super) fn quantisation(word: &str) -> Option<Quantisation> {
    let long = SHORT
        .iter()
        .find(|(short, _)| *short == word)
        .map_or(word, |(_, long)| long);
    let named = |rows: &[(&'static str, f64)]| {
        rows.iter()
            .copied()
            .find(|(name, _)| name.eq_ignore_ascii_case(long))
    };
    let whole = named(&QUANTISATIONS).map(|row| (row, false));
    let ((name, bits_per_weight), keeps_embeddings) =
        whole.or_else(|| named(&KEEPING_EMBEDDINGS).map(|row| (row, true)))?;
    Some(Quantisation {
        name,
        bits_per_weight,
        keeps_embeddings,
    })
}
