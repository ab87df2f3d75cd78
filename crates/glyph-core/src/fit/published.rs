//! The shapes of published models.

use super::Architecture;

/// A published model. `shape`: hidden size, width of a feed-forward block, layers, query heads, KV heads, values of a
/// head, rows of the embedding table.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) family: &'static str,
    pub(super) size: &'static str,
    shape: [u32; 7],
    /// One embedding table for input and output.
    is_tied: bool,
    /// Queries, keys and values have a bias.
    has_bias: bool,
    /// Feed-forward blocks of a layer, and how many of them a token passes.
    experts: [u32; 2],
    /// Layers with a window, and its tokens.
    window: [u32; 2],
}

/// The `config.json` files on Hugging Face, as Lightning-AI/litgpt, `litgpt/config.py`, has them (with the address of
/// each). Mistral Small's head size of 128 is from its own `config.json`, Mixtral 8x22B's table of 32,000 rows from the
/// count of 140,620,634,112 weights in huggingface.co/mistral-community/Mixtral-8x22B-v0.1, discussion 6. One table for
/// input and output: `config.json` of Llama 3.2; pytorch/torchtune, `torchtune/models/qwen3/_model_builders.py` and its
/// Qwen2 builders; huggingface.co/google/gemma-2b, discussion 36. Newer versions of a family come later.
#[rustfmt::skip]
pub(super) const PUBLISHED: [Published; 40] = [
    published("Llama 2", "7B", [4096, 11008, 32, 32, 32, 128, 32000]),
    published("Llama 2", "13B", [5120, 13824, 40, 40, 40, 128, 32000]),
    published("Llama 2", "70B", [8192, 28672, 80, 64, 8, 128, 32000]),
    published("Llama 3", "8B", [4096, 14336, 32, 32, 8, 128, 128_256]),
    published("Llama 3", "70B", [8192, 28672, 80, 64, 8, 128, 128_256]),
    published("Llama 3.1", "8B", [4096, 14336, 32, 32, 8, 128, 128_256]),
    published("Llama 3.1", "70B", [8192, 28672, 80, 64, 8, 128, 128_256]),
    published("Llama 3.1", "405B", [16384, 53248, 126, 128, 8, 128, 128_256]),
    published("Llama 3.2", "1B", [2048, 8192, 16, 32, 8, 64, 128_256]).tied(),
    published("Llama 3.2", "3B", [3072, 8192, 28, 24, 8, 128, 128_256]).tied(),
    published("Llama 3.3", "70B", [8192, 28672, 80, 64, 8, 128, 128_256]),
    published("Code Llama", "34B", [8192, 22016, 48, 64, 8, 128, 32000]),
    published("Mistral", "7B", [4096, 14336, 32, 32, 8, 128, 32768]),
    published("Mistral Small", "24B", [5120, 32768, 40, 32, 8, 128, 131_072]),
    published("Mistral Large", "123B", [12288, 28672, 88, 96, 8, 128, 32768]),
    published("Mixtral", "8x7B", [4096, 14336, 32, 32, 8, 128, 32000]).experts(8, 2),
    published("Mixtral", "8x22B", [6144, 16384, 56, 48, 8, 128, 32000]).experts(8, 2),
    published("Qwen2.5", "0.5B", [896, 4864, 24, 14, 2, 64, 151_936]).biased().tied(),
    published("Qwen2.5", "1.5B", [1536, 8960, 28, 12, 2, 128, 151_936]).biased().tied(),
    published("Qwen2.5", "3B", [2048, 11008, 36, 16, 2, 128, 151_936]).biased().tied(),
    published("Qwen2.5", "7B", [3584, 18944, 28, 28, 4, 128, 152_064]).biased(),
    published("Qwen2.5", "14B", [5120, 13824, 48, 40, 8, 128, 152_064]).biased(),
    published("Qwen2.5", "32B", [5120, 27648, 64, 40, 8, 128, 152_064]).biased(),
    published("Qwen2.5", "72B", [8192, 29568, 80, 64, 8, 128, 152_064]).biased(),
    published("QwQ", "32B", [5120, 27648, 64, 40, 8, 128, 152_064]).biased(),
    published("Qwen3", "0.6B", [1024, 3072, 28, 16, 8, 128, 151_936]).tied(),
    published("Qwen3", "1.7B", [2048, 6144, 28, 16, 8, 128, 151_936]).tied(),
    published("Qwen3", "4B", [2560, 9728, 36, 32, 8, 128, 151_936]).tied(),
    published("Qwen3", "8B", [4096, 12288, 36, 32, 8, 128, 151_936]),
    published("Qwen3", "14B", [5120, 17408, 40, 40, 8, 128, 151_936]),
    published("Qwen3", "32B", [5120, 25600, 64, 64, 8, 128, 151_936]),
    published("Qwen3", "30B-A3B", [2048, 768, 48, 32, 4, 128, 151_936]).experts(128, 8),
    published("Qwen3", "235B-A22B", [4096, 1536, 94, 64, 4, 128, 151_936]).experts(128, 8),
    published("Gemma 2", "2B", [2304, 9216, 26, 8, 4, 256, 256_000]).tied().windowed(13, 4096),
    published("Gemma 2", "9B", [3584, 14336, 42, 16, 8, 256, 256_000]).tied().windowed(21, 4096),
    published("Gemma 2", "27B", [4608, 36864, 46, 32, 16, 128, 256_000]).tied().windowed(23, 4096),
    published("Gemma 3", "1B", [1152, 6912, 26, 4, 1, 256, 262_144]).tied().windowed(22, 512),
    published("Gemma 3", "4B", [2560, 10240, 34, 8, 4, 256, 262_144]).tied().windowed(29, 1024),
    published("Gemma 3", "12B", [3840, 15360, 48, 16, 8, 256, 262_144]).tied().windowed(40, 1024),
    published("Gemma 3", "27B", [5376, 21504, 62, 32, 16, 128, 262_144]).tied().windowed(52, 1024),
];

const fn published(family: &'static str, size: &'static str, shape: [u32; 7]) -> Published {
    Published {
        family,
        size,
        shape,
        is_tied: false,
        has_bias: false,
        experts: [1, 1],
        window: [0, 0],
    }
}

impl Published {
    const fn tied(mut self) -> Published {
        self.is_tied = true;
        self
    }

    const fn biased(mut self) -> Published {
        self.has_bias = true;
        self
    }

    const fn experts(mut self, all: u32, used: u32) -> Published {
        self.experts = [all, used];
        self
    }

    const fn windowed(mut self, layers: u32, tokens: u32) -> Published {
        self.window = [layers, tokens];
        self
    }

    pub(super) fn is_mixture(&self) -> bool {
        self.experts[0] > 1
    }

    /// All weights, and those that a token passes. Attention, three matrices a feed-forward block, router, norms and
    /// embedding tables; the few norms that only some families have are left out.
    pub(super) fn parameters(&self) -> [f64; 2] {
        let [hidden, width, layers, heads, kv_heads, head_dim, _] = self.shape.map(f64::from);
        let attention = 2.0 * hidden * head_dim * (heads + kv_heads);
        let bias = f64::from(u8::from(self.has_bias)) * head_dim * (heads + 2.0 * kv_heads);
        let router = f64::from(u8::from(self.is_mixture())) * hidden * f64::from(self.experts[0]);
        let tables = self.table() * if self.is_tied { 1.0 } else { 2.0 };
        self.experts.map(|experts| {
            let blocks = 3.0 * hidden * width * f64::from(experts);
            layers * (attention + bias + router + blocks + 2.0 * hidden) + hidden + tables
        })
    }

    /// Weights of one embedding table.
    fn table(&self) -> f64 {
        let [hidden, .., rows] = self.shape.map(f64::from);
        hidden * rows
    }

    pub(super) fn architecture(&self, is_assumed: bool) -> Architecture {
        let [_, _, layers, _, kv_heads, head_dim, _] = self.shape;
        let separate = f64::from(u8::from(!self.is_tied));
        Architecture {
            name: format!("{} {}", self.family, self.size),
            layers,
            kv_heads,
            head_dim,
            windowed_layers: self.window[0],
            window_tokens: self.window[1],
            embedding_parameters: self.table() * (1.0 + separate),
            lookup_parameters: self.table() * separate,
            is_assumed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64, share: f64) {
        assert!(
            (value / expected - 1.0).abs() < share,
            "{value} is not {expected}"
        );
    }

    #[test]
    fn shapes_come_to_the_published_counts() {
        let published: [(&str, &str, f64, f64); 8] = [
            // huggingface.co/mistral-community/Mixtral-8x22B-v0.1, discussion 6: the exact counts.
            ("Mixtral", "8x22B", 140_620_634_112.0, 1e-12),
            // ollama.com/library/mixtral.
            ("Mixtral", "8x7B", 46.7e9, 0.001),
            // huggingface.co/Qwen/QwQ-32B.
            ("QwQ", "32B", 32.5e9, 0.01),
            // keras-hub's presets of Gemma 2.
            ("Gemma 2", "2B", 2_614_341_888.0, 0.0001),
            // jax-ml/scaling-book.
            ("Llama 2", "13B", 13e9, 0.005),
            ("Llama 3.1", "405B", 405e9, 0.005),
            ("Qwen3", "235B-A22B", 235e9, 0.005),
            ("Qwen3", "30B-A3B", 30.5e9, 0.005),
        ];
        for (family, size, count, share) in published {
            let row = PUBLISHED
                .iter()
                .find(|row| row.family == family && row.size == size)
                .unwrap();
            close(row.parameters()[0], count, share);
        }
        let mixtral = &PUBLISHED[16];
        close(mixtral.parameters()[1], 39_152_031_744.0, 1e-12);
    }
}
