//! A text such as `70B q4, 32k context` → a [`Workload`]. What the text leaves out has a stated default: q4, a
//! context of 8,192 tokens, one sequence.

use serde::Serialize;

use super::memory::Architecture;
use super::published::{PUBLISHED, Published};
use super::quantisation::{DEFAULT_QUANTISATION, Quantisation, quantisation};

/// A model to hold, its format and how much text at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Workload {
    /// As understood: `Llama 3.1 70B`, or the size alone.
    pub name: String,
    /// Weights in all.
    pub parameters: f64,
    /// Weights that one token passes through; fewer than all in a mixture of experts.
    pub active_parameters: f64,
    pub quantisation: Quantisation,
    /// Tokens of a sequence.
    pub context_tokens: u32,
    /// Sequences held at once.
    pub sequences: u32,
    pub architecture: Architecture,
    /// Bits of a value in the KV cache: 16. vLLM's default, `auto`, keeps the model's type (`vllm/config/cache.py`).
    pub kv_bits: u32,
}

const FORMS: &str = "a workload is a size such as `70B`, `llama 3.1 8b` or `mixtral 8x7b`, then in any order a \
    quantisation such as `q4`, `q4_k_m`, `awq`, `fp8` or `fp16`, a context such as `32k` or `8192`, and sequences such \
    as `x4`";

/// Words that say nothing about memory.
#[rustfmt::skip]
const FILLERS: [&str; 18] = [
    "context", "ctx", "tokens", "token", "at", "with", "and", "of", "model", "instruct", "chat", "it", "base", "gguf",
    "meta", "parameters", "params", "thinking",
];

/// Why a text is no workload. The strings are words of the text.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WorkloadError {
    #[error("`{0}` is not understood; {forms}", forms = FORMS)]
    NotUnderstood(String),
    #[error("`{0}` has no size; {forms}", forms = FORMS)]
    NoSize(String),
    /// What of which there can be one, and the two.
    #[error("`{1}` and `{2}` are both a {0}; {forms}", forms = FORMS)]
    Twice(&'static str, String, String),
    #[error(
        "`{0}` is no family known here ({known}); a size alone such as `34B` takes the nearest published \
         architecture",
        known = families()
    )]
    UnknownFamily(String),
    #[error("`{0}` is no mixture known here; `8x7b` and `8x22b` are")]
    UnknownMixture(String),
    /// What is out of range, and its word.
    #[error("`{1}` is out of range for a {0}")]
    OutOfRange(&'static str, String),
}

/// Reads a workload.
///
/// # Errors
///
/// [`WorkloadError`] says which word was not understood and which forms are.
pub fn parse(text: &str) -> Result<Workload, WorkloadError> {
    let mut family = Vec::new();
    let (mut size, mut format) = (None, None);
    let (mut context, mut sequences) = (None, None);
    let lower = text.to_lowercase();
    let separates = |symbol: char| symbol.is_whitespace() || ",;:/()+-".contains(symbol);
    for word in lower.split(separates).filter(|word| !word.is_empty()) {
        if FILLERS.contains(&word) || is_active_size(word) {
            continue;
        }
        if let Some(found) = quantisation(word) {
            once("quantisation", &mut format, word, found)?;
        } else if let Some(count) = word.strip_prefix('x').and_then(|rest| rest.parse().ok()) {
            in_range("number of sequences", word, f64::from(count), 1.0, 1024.0)?;
            once("number of sequences", &mut sequences, word, count)?;
        } else if let Some(billions) = word.strip_suffix('b').and_then(billions) {
            in_range("size", word, billions, 0.1, 10_000.0)?;
            once("size", &mut size, word, billions)?;
        } else if let Some(tokens) = tokens(word) {
            in_range("context", word, tokens, 1.0, 16_777_216.0)?;
            once("context", &mut context, word, tokens as u32)?;
        } else if looks_like_a_format(word) {
            return Err(WorkloadError::NotUnderstood(word.to_owned()));
        } else {
            family.push(word);
        }
    }
    let Some((size, billions)) = size else {
        return Err(WorkloadError::NoSize(text.trim().to_owned()));
    };
    let (row, is_exact) = nearest(&family.join(" "), size, billions)?;
    let [all, active] = row.parameters();
    let architecture = row.architecture(!is_exact);
    // A size alone is taken by its word; a published model has its own count.
    let is_published = is_size(row, size) && (row.is_mixture() || !family.is_empty());
    let parameters = if is_published { all } else { billions * 1e9 };
    Ok(Workload {
        name: match (is_published, family.is_empty()) {
            (true, _) => architecture.name.clone(),
            (false, true) => size.to_uppercase(),
            (false, false) => format!("{} {}", row.family, size.to_uppercase()),
        },
        parameters,
        active_parameters: parameters * (active / all),
        quantisation: format.map_or(DEFAULT_QUANTISATION, |(_, found)| found),
        context_tokens: context.map_or(8192, |(_, tokens)| tokens),
        sequences: sequences.map_or(1, |(_, count)| count),
        architecture,
        kv_bits: 16,
    })
}

/// The published model that `family` and `size` name, or the nearest by weights; `true` where both are named.
fn nearest(
    family: &str,
    size: &str,
    billions: f64,
) -> Result<(&'static Published, bool), WorkloadError> {
    let wanted = plain(family);
    // Where the family has no name, the dense models of the families most often run.
    let is_candidate = |row: &&Published| match (wanted.is_empty(), size.contains('x')) {
        (true, true) => row.is_mixture(),
        (true, false) => {
            !row.is_mixture() && (row.family.starts_with("Llama 3.") || row.family == "Qwen2.5")
        }
        (false, _) => plain(row.family).starts_with(&wanted),
    };
    let rows: Vec<&Published> = PUBLISHED.iter().filter(is_candidate).collect();
    if rows.is_empty() {
        return Err(WorkloadError::UnknownFamily(family.to_owned()));
    }
    let is_named = |row: &&&Published| plain(row.family) == wanted;
    let of_size = || rows.iter().filter(|row| is_size(row, size));
    if let Some(row) = of_size().find(is_named) {
        return Ok((row, true));
    }
    // The version is not said where families of several begin alike: the newest.
    if !wanted.is_empty() || size.contains('x') {
        if let Some(row) = of_size().next_back() {
            return Ok((row, false));
        }
        if size.contains('x') {
            return Err(WorkloadError::UnknownMixture(size.to_owned()));
        }
    }
    let distance = |row: &Published| (row.parameters()[0] / (billions * 1e9)).ln().abs();
    let has_dense = rows.iter().any(|row| !row.is_mixture());
    rows.into_iter()
        .filter(|row| !(has_dense && row.is_mixture()))
        .min_by(|left, right| distance(left).total_cmp(&distance(right)))
        .map(|row| (row, false))
        .ok_or_else(|| WorkloadError::UnknownFamily(family.to_owned()))
}

/// `Qwen2.5` and `qwen 2.5` are one.
fn plain(family: &str) -> String {
    family.to_lowercase().replace(' ', "")
}

/// The size before the active share: `30B-A3B` is `30b`.
fn is_size(row: &Published, size: &str) -> bool {
    row.size
        .split('-')
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case(size))
}

fn families() -> String {
    let mut families: Vec<_> = PUBLISHED.iter().map(|row| row.family).collect();
    families.dedup();
    families.join(", ")
}

/// `70` of `70b`, and the product of a mixture's `8x7b`.
fn billions(number: &str) -> Option<f64> {
    match number.split_once('x') {
        Some((experts, each)) => Some(plain_number(experts)? * plain_number(each)?),
        None => plain_number(number),
    }
}

/// `32k` is 32,768, `1m` is 1,048,576. A number alone is a context from 256 on; below that it is a version.
fn tokens(word: &str) -> Option<f64> {
    for (unit, tokens) in [('k', 1024.0), ('m', 1_048_576.0)] {
        if let Some(number) = word.strip_suffix(unit) {
            return Some((plain_number(number)? * tokens).round());
        }
    }
    plain_number(word).filter(|number| *number >= 256.0 && number.fract() == 0.0)
}

/// Digits and a point only: `parse` alone would take `inf` and `1e9`.
fn plain_number(text: &str) -> Option<f64> {
    let is_plain = text
        .chars()
        .all(|symbol| symbol.is_ascii_digit() || symbol == '.');
    is_plain.then(|| text.parse().ok()).flatten()
}

/// The `a3b` of `qwen3-30b-a3b`.
fn is_active_size(word: &str) -> bool {
    let number = word
        .strip_prefix('a')
        .and_then(|rest| rest.strip_suffix('b'));
    number.and_then(plain_number).is_some()
}

/// `q9`, `int3`: meant as a quantisation, so not part of a name.
fn looks_like_a_format(word: &str) -> bool {
    let starts = ["iq", "q", "fp", "f", "int", "bf", "x"];
    let mut rests = starts.iter().filter_map(|start| word.strip_prefix(start));
    rests.any(|rest| rest.starts_with(|symbol: char| symbol.is_ascii_digit()))
}

fn in_range(
    what: &'static str,
    word: &str,
    value: f64,
    least: f64,
    most: f64,
) -> Result<(), WorkloadError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(WorkloadError::OutOfRange(what, word.to_owned()))
}

fn once<'a, T>(
    what: &'static str,
    place: &mut Option<(&'a str, T)>,
    word: &'a str,
    value: T,
) -> Result<(), WorkloadError> {
    if let Some((first, _)) = place {
        return Err(WorkloadError::Twice(
            what,
            (*first).to_owned(),
            word.to_owned(),
        ));
    }
    *place = Some((word, value));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_forms() {
        let cases = [
            (
                "70B q4, 32k context",
                "70B|70|Q4_K_M|32768|1|Llama 3.1 70B|true",
            ),
            (
                "llama 3.1 8b fp16 8k",
                "Llama 3.1 8B|8.03|FP16|8192|1|Llama 3.1 8B|false",
            ),
            ("405B q8 128k", "405B|405|Q8_0|131072|1|Llama 3.1 405B|true"),
            (
                "qwen2.5-32b q5 16k x4",
                "Qwen2.5 32B|32.76|Q5_K_M|16384|4|Qwen2.5 32B|false",
            ),
            ("13B", "13B|13|Q4_K_M|8192|1|Qwen2.5 14B|true"),
            (
                "mixtral 8x7b q4",
                "Mixtral 8x7B|46.7|Q4_K_M|8192|1|Mixtral 8x7B|false",
            ),
            (
                "8x22b awq 64k",
                "Mixtral 8x22B|140.62|AWQ|65536|1|Mixtral 8x22B|true",
            ),
            (
                "Qwen3-30B-A3B nvfp4",
                "Qwen3 30B-A3B|30.53|NVFP4|8192|1|Qwen3 30B-A3B|false",
            ),
            (
                "llama 70b iq4_xs 4096",
                "Llama 3.3 70B|70.55|IQ4_XS|4096|1|Llama 3.3 70B|true",
            ),
            (
                "Meta-Llama-3-8B-Instruct",
                "Llama 3 8B|8.03|Q4_K_M|8192|1|Llama 3 8B|false",
            ),
            (
                "gemma 2 9b q6",
                "Gemma 2 9B|9.24|Q6_K|8192|1|Gemma 2 9B|false",
            ),
            (
                "llama 3.1 13b",
                "Llama 3.1 13B|13|Q4_K_M|8192|1|Llama 3.1 8B|true",
            ),
        ];
        for (text, expected) in cases {
            let found = parse(text).unwrap();
            let billions = (found.parameters / 1e7).round() / 100.0;
            let shown = format!(
                "{}|{billions}|{}|{}|{}|{}|{}",
                found.name,
                found.quantisation.name,
                found.context_tokens,
                found.sequences,
                found.architecture.name,
                found.architecture.is_assumed
            );
            assert_eq!(shown, expected, "{text}");
        }
        assert_eq!(
            parse("70B").unwrap().architecture.describe(),
            "assumed like Llama 3.1 70B: 80 layers, 8 KV heads of 128"
        );
    }

    #[test]
    fn says_what_was_not_understood() {
        let cases = [
            ("70b q9", "`q9` is not understood; a workload is"),
            ("q4 32k", "`q4 32k` has no size; a workload is"),
            ("70b 8b", "`70b` and `8b` are both a size; "),
            ("70b q4 fp16", "`q4` and `fp16` are both a quantisation; "),
            (
                "yi 34b",
                "`yi` is no family known here (Llama 2, Llama 3, Llama 3.1, ",
            ),
            ("16x12b", "`16x12b` is no mixture known here; "),
            ("0b", "`0b` is out of range for a size"),
            ("70b x0", "`x0` is out of range for a number of sequences"),
            ("70b 99999999k", "`99999999k` is out of range for a context"),
        ];
        for (text, expected) in cases {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{text}: {message}");
            assert!(!message.ends_with('.'), "{message}");
        }
        for text in [
            "", " , ", "ünï 1b", "infb", "1e9b", "b", "x", "8x", "xb", "..b", "70b k",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
