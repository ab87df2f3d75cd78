//! What a workload needs: bytes of weights, bytes of KV cache, and the bound that memory bandwidth sets on decoding.
//!
//! A GB of memory is 2^30 bytes here, as cards are named: `nvidia-smi` shows 81,920 MiB for an A100 of 80 GB
//! (<https://thundergolfer.com/blog/nvidia-gpu-memory-capacity>). An L4 of 24 GB and an L40S of 48 GB show a sixteenth
//! less (same page), which [`USABLE_SHARE`] covers. A GB/s of bandwidth is 10^9 bytes a second, as data sheets count.

use serde::Serialize;

use super::Workload;

/// Bytes in a GB of card memory.
pub const BYTES_PER_GB: f64 = 1_073_741_824.0;

/// The share of a card's memory that weights and KV cache may take; the rest is for the driver's context, activations
/// and compute buffers. It is vLLM's default of `gpu_memory_utilization`: 0.9 in most versions
/// (<https://huggingface.co/neuralmagic/Mistral-7B-Instruct-v0.3-GPTQ-4bit/discussions/1>), 0.92 in the newest
/// (vllm-project/vllm, `vllm/config/cache.py`).
pub const USABLE_SHARE: f64 = 0.9;

/// The shape of a model, as far as memory depends on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Architecture {
    /// The published model that the figures come from.
    pub name: String,
    pub layers: u32,
    pub kv_heads: u32,
    /// Values of a head.
    pub head_dim: u32,
    /// Of the layers, those that see only the last `window_tokens` and keep no more.
    pub windowed_layers: u32,
    pub window_tokens: u32,
    /// Weights of the input table, and of the output table where it is a separate one.
    pub embedding_parameters: f64,
    /// Weights of the input table that no step reads whole: 0 where the same table makes the output.
    pub lookup_parameters: f64,
    /// The workload's text does not name this model: it is the nearest one.
    pub is_assumed: bool,
}

impl Architecture {
    /// `assumed like Llama 3.1 70B: 80 layers, 8 KV heads of 128`; `like` alone where nothing is assumed.
    pub fn describe(&self) -> String {
        format!(
            "{}like {}: {} layers, {} KV heads of {}",
            if self.is_assumed { "assumed " } else { "" },
            self.name,
            self.layers,
            self.kv_heads,
            self.head_dim
        )
    }
}

/// What a workload needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Demand {
    /// All weights.
    pub weights_bytes: f64,
    /// The KV cache of all sequences at full context.
    pub kv_cache_bytes: f64,
    /// What a step of one sequence reads at full context: the active weights once and the sequence's KV cache.
    pub read_bytes: f64,
}

impl Demand {
    /// Weights and KV cache, GB.
    pub fn total_gb(&self) -> f64 {
        (self.weights_bytes + self.kv_cache_bytes) / BYTES_PER_GB
    }
}

/// Cards alike, for [`tokens_per_second`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// GB that all of them offer, after [`USABLE_SHARE`].
    pub usable_gb: f64,
    /// GB/s of each.
    pub bandwidth_gb_s: Option<f64>,
}

/// What a card offers, GB.
pub fn usable_gb(memory_gb: f64) -> f64 {
    memory_gb * USABLE_SHARE
}

/// The bytes that `workload` needs.
///
/// Weights: parameters × bits / 8; formats that leave the embedding tables alone keep those at 16 bits. KV cache:
/// 2 (keys and values) × layers × KV heads × head size × bits / 8 × tokens × sequences; a layer with a window keeps no
/// more tokens than its window. Formulas: "All About Transformer Inference" (jax-ml/scaling-book, `inference.md`).
pub fn demand(workload: &Workload) -> Demand {
    let shape = &workload.architecture;
    let bits = workload.quantisation.bits_per_weight;
    let table_bits = if workload.quantisation.keeps_embeddings {
        16.0
    } else {
        bits
    };
    let tables = shape.embedding_parameters.min(workload.parameters);
    let weights_bytes = ((workload.parameters - tables) * bits + tables * table_bits) / 8.0;
    let active = (workload.active_parameters - tables).max(0.0) * bits
        + (tables - shape.lookup_parameters).max(0.0) * table_bits;

    let context = u64::from(workload.context_tokens);
    let in_window = context.min(u64::from(shape.window_tokens));
    let full_layers = u64::from(shape.layers - shape.windowed_layers);
    let kept = full_layers * context + u64::from(shape.windowed_layers) * in_window;
    let sequence_bytes = 2.0
        * f64::from(shape.kv_heads)
        * f64::from(shape.head_dim)
        * (f64::from(workload.kv_bits) / 8.0)
        * kept as f64;
    Demand {
        weights_bytes,
        kv_cache_bytes: sequence_bytes * f64::from(workload.sequences),
        read_bytes: active / 8.0 + sequence_bytes,
    }
}

/// The most tokens a second of one sequence at full context, or `None` where the cards do not hold `demand` or a card
/// that holds a share of it has no known bandwidth. `parts` come fastest first, unknown bandwidth last.
///
/// A step reads the active weights and the KV cache, and memory bandwidth bounds it: time ≥ (KV cache + parameters) /
/// bandwidth ("Theoretical Min Step Time", jax-ml/scaling-book, `inference.md`). Layers that are split over cards run
/// one after another, so the times of the cards add up: Σ bytes on card / bandwidth of card. The fastest cards are
/// filled first, which is the best of all splits; llama.cpp by default splits by free memory and stays below that.
/// Shorter contexts read less and can be faster.
pub fn tokens_per_second(demand: &Demand, parts: &[Part]) -> Option<f64> {
    let total_gb = demand.total_gb();
    let mut left_gb = total_gb;
    let mut seconds = 0.0;
    for part in parts {
        let held_gb = part.usable_gb.min(left_gb);
        if held_gb <= 0.0 {
            break;
        }
        seconds += held_gb / total_gb * demand.read_bytes / (part.bandwidth_gb_s? * 1e9);
        left_gb -= held_gb;
    }
    // What is left of a set that holds exactly is the rounding of the subtractions.
    (left_gb <= 1e-9 * total_gb && seconds > 0.0).then(|| seconds.recip())
}

/// The arithmetic of [`demand`] in lines of text.
pub fn workings(workload: &Workload) -> Vec<String> {
    let demand = demand(workload);
    let shape = &workload.architecture;
    let quantisation = &workload.quantisation;
    let tables = if quantisation.keeps_embeddings {
        let billions = shape.embedding_parameters / 1e9;
        format!(", of which {billions:.2} billion in tables at 16")
    } else {
        String::new()
    };
    let window = if shape.windowed_layers > 0 {
        format!(
            ", {} of the layers no more than {} tokens",
            shape.windowed_layers,
            grouped(u64::from(shape.window_tokens))
        )
    } else {
        String::new()
    };
    vec![
        format!(
            "weights: {:.2} billion x {} bits ({}) / 8{tables} = {:.1} GB",
            workload.parameters / 1e9,
            quantisation.bits_per_weight,
            quantisation.name,
            demand.weights_bytes / BYTES_PER_GB
        ),
        format!(
            "KV cache: 2 x {} layers x {} heads x {} x {} bits / 8 x {} tokens x {}{window} \
             = {:.1} GB",
            shape.layers,
            shape.kv_heads,
            shape.head_dim,
            workload.kv_bits,
            grouped(u64::from(workload.context_tokens)),
            workload.sequences,
            demand.kv_cache_bytes / BYTES_PER_GB
        ),
        format!(
            "together {:.1} GB; a card offers {USABLE_SHARE} of its memory, and a GB is 2^30 bytes",
            demand.total_gb()
        ),
    ]
}

/// `1050` → `1,050`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn demand_of(text: &str) -> Demand {
        demand(&parse(text).unwrap())
    }

    fn close(value: f64, expected: f64, share: f64) {
        assert!(
            (value / expected - 1.0).abs() < share,
            "{value} is not {expected}"
        );
    }

    fn part(usable_gb: f64, bandwidth_gb_s: Option<f64>) -> Part {
        Part {
            usable_gb,
            bandwidth_gb_s,
        }
    }

    #[test]
    fn weights_meet_published_file_sizes() {
        // llama.cpp, tools/quantize/README.md, decimal GB.
        close(demand_of("llama 3.1 8b q4").weights_bytes, 4.9e9, 0.01);
        close(demand_of("llama 3.1 70b q4").weights_bytes, 43.1e9, 0.01);
        close(demand_of("llama 3.1 405b q4").weights_bytes, 249.1e9, 0.01);
        let f16 = demand_of("llama 3.1 8b fp16").weights_bytes;
        close(f16, 14.96 * BYTES_PER_GB, 0.001);
        // model.safetensors of pavan01729/Meta-Llama-3.1-8B-Instruct-AWQ: 5.73 GB.
        close(demand_of("llama 3.1 8b awq").weights_bytes, 5.73e9, 0.002);
    }

    #[test]
    fn kv_cache_meets_published_examples() {
        // jax-ml/scaling-book: Llama 2 13B, one sequence of 8,192 tokens: 6.7 GB.
        let cache = demand_of("llama 2 13b 8192").kv_cache_bytes;
        close(cache, 6.7e9, 0.005);
        close(
            demand_of("llama 2 13b 8192 x4").kv_cache_bytes,
            4.0 * cache,
            1e-12,
        );
        // 80 layers, 8 heads of 128, 32,768 tokens: 10 GiB.
        close(
            demand_of("70B q4, 32k context").kv_cache_bytes,
            10.0 * BYTES_PER_GB,
            1e-12,
        );
    }

    #[test]
    fn windowed_layers_keep_only_their_window() {
        let short = demand_of("gemma 3 27b 1k").kv_cache_bytes;
        let long = demand_of("gemma 3 27b 32k").kv_cache_bytes;
        close(long / short, (52.0 + 10.0 * 32.0) / 62.0, 1e-12);
    }

    #[test]
    fn a_mixture_holds_all_and_reads_the_active() {
        let needs = demand_of("mixtral 8x7b fp16 1k");
        assert!(needs.read_bytes < 0.3 * needs.weights_bytes);
    }

    #[test]
    fn decoding_is_bound_by_the_sum_of_the_reads() {
        let needs = Demand {
            weights_bytes: 20.0 * BYTES_PER_GB,
            kv_cache_bytes: 0.0,
            read_bytes: 20e9,
        };
        let one = tokens_per_second(&needs, &[part(21.0, Some(1000.0))]).unwrap();
        close(one, 50.0, 1e-9);
        // Half on a card of half the bandwidth: 10/1000 + 10/500 seconds.
        let mixed = [part(10.0, Some(1000.0)), part(30.0, Some(500.0))];
        close(
            tokens_per_second(&needs, &mixed).unwrap(),
            100.0 / 3.0,
            1e-9,
        );
        // The card of unknown bandwidth has nothing to hold.
        let idle = [part(21.0, Some(1000.0)), part(10.0, None)];
        assert_eq!(tokens_per_second(&needs, &idle), Some(one));
        assert_eq!(
            tokens_per_second(&needs, &[part(10.0, Some(1000.0)), part(30.0, None)]),
            None
        );
        assert_eq!(tokens_per_second(&needs, &[part(10.0, Some(1000.0))]), None);
    }

    #[test]
    fn workings_show_every_figure() {
        assert_eq!(
            workings(&parse("llama 3.1 70b q4, 32k context").unwrap()),
            [
                "weights: 70.55 billion x 4.8944 bits (Q4_K_M) / 8 = 40.2 GB",
                "KV cache: 2 x 80 layers x 8 heads x 128 x 16 bits / 8 x 32,768 tokens x 1 = 10.0 GB",
                "together 50.2 GB; a card offers 0.9 of its memory, and a GB is 2^30 bytes",
            ]
        );
        let tables = &workings(&parse("8b awq").unwrap())[0];
        assert!(
            tables.contains(", of which 1.05 billion in tables at 16 = "),
            "{tables}"
        );
        let window = &workings(&parse("gemma 3 27b").unwrap())[1];
        assert!(
            window.contains(", 52 of the layers no more than 1,024 tokens = "),
            "{window}"
        );
    }
}
