//! What must hold across the rows of a registry: names that name one thing, figures that agree with each other.

use rustc_hash::{FxHashMap, FxHashSet};

use super::error::RegistryError;
use super::model::{Form, Model};
use super::parse::Row;
use super::source::Source;

/// Memory sizes below 1 GB that boards have, in GB.
const SIZES_BELOW_ONE: [f64; 9] = [
    0.03125, 0.0625, 0.125, 0.25, 0.3125, 0.375, 0.5, 0.625, 0.75,
];
const ODD_SIZES: [f64; 6] = [0.875, 1.25, 1.5, 1.75, 1.792, 2.5];
/// No board of the years covered has more.
const LARGEST_GB: f64 = 512.0;

pub(super) fn check(
    rows: &[Row],
    sources: &FxHashMap<String, Source>,
) -> Result<(), RegistryError> {
    let mut names: FxHashSet<&str> = FxHashSet::default();
    let mut defaults: FxHashSet<&str> = FxHashSet::default();
    let mut variants: FxHashSet<(&str, Option<u64>, Option<Form>)> = FxHashSet::default();
    for row in rows {
        let model = &row.model;
        for name in std::iter::once(&model.canonical_model).chain(&model.old_names) {
            if !names.insert(name) {
                return Err(row.fault(format!("the name `{name}` is taken")));
            }
        }
        let is_plain =
            |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
        if model.canonical_model.is_empty() || !model.canonical_model.chars().all(is_plain) {
            return Err(row.fault(format!(
                "`{}` is no canonical name: it wants capital letters, digits and underscores, as in `RTX_4090`",
                model.canonical_model
            )));
        }
        if model.default_variant && !defaults.insert(&model.product) {
            return Err(row.fault(format!("`{}` has a default variant already", model.product)));
        }
        if !variants.insert((&model.model, model.memory_gb.map(f64::to_bits), model.form)) {
            return Err(row.fault(format!(
                "`{}` with this memory and form is here twice",
                model.model
            )));
        }
        if let Some(unknown) = model
            .sources
            .values()
            .find(|source| !sources.contains_key(*source))
        {
            return Err(row.fault(format!("unknown source `{unknown}`")));
        }
        check_figures(model).map_err(|problem| row.fault(problem))?;
    }
    check_aliases(rows)
}

fn check_figures(model: &Model) -> Result<(), String> {
    if let Some(size) = model.memory_gb
        && !is_a_memory_size(size)
    {
        return Err(format!("no board has {size} GB"));
    }
    if let (Some(bus), Some(rate), Some(bandwidth)) = (
        model.memory_bus_bits,
        model.memory_rate_gbps,
        model.memory_bandwidth_gb_s,
    ) {
        let computed = f64::from(bus) * rate / 8.0;
        if (computed - bandwidth).abs() > 0.01 * bandwidth {
            return Err(format!(
                "bandwidth is {bandwidth} GB/s, but bus × rate / 8 is {computed}"
            ));
        }
    }
    if let (Some(shaders), Some(clock), Some(fp32)) =
        (model.shaders, model.boost_clock_mhz, model.fp32_tflops)
    {
        // Shaders that issue two operations a clock count twice.
        let single = 2.0 * f64::from(shaders) * f64::from(clock) / 1e6;
        if [single, 2.0 * single]
            .iter()
            .all(|computed| (computed - fp32).abs() > 0.021 * fp32)
        {
            return Err(format!(
                "FP32 is {fp32} TFLOPS, but 2 × shaders × clock is {single}"
            ));
        }
    }
    match model.year {
        Some(year) if !(1998..=2040).contains(&year) => Err(format!("`year` is {year}")),
        _ => Ok(()),
    }
}

fn is_a_memory_size(size: f64) -> bool {
    let whole = size.fract() == 0.0 && (1.0..=LARGEST_GB).contains(&size);
    whole || SIZES_BELOW_ONE.contains(&size) || ODD_SIZES.contains(&size)
}

/// An alias must name one product, and not be what another product is called, with or without its brand.
fn check_aliases(rows: &[Row]) -> Result<(), RegistryError> {
    let mut named: FxHashMap<String, &str> = FxHashMap::default();
    let mut without_brand: FxHashSet<(String, &str)> = FxHashSet::default();
    let mut shortened: FxHashMap<String, &str> = FxHashMap::default();
    for row in rows {
        let product = row.model.product.as_str();
        named.insert(letters(product), product);
        if let Some((_, name)) = product.split_once(' ')
            && name.contains(|letter: char| letter.is_ascii_alphabetic())
        {
            shortened.insert(letters(name), product);
            without_brand.insert((letters(name), product));
        }
    }
    for row in rows {
        let product = row.model.product.as_str();
        for alias in &row.model.aliases {
            let name = letters(alias);
            let shared = shortened
                .get(&name)
                .copied()
                .filter(|_| !without_brand.contains(&(name.clone(), product)));
            let taken = named.insert(name, product).or(shared);
            match taken {
                Some(other) if other != product => {
                    return Err(row.fault(format!(
                        "alias `{alias}` of `{product}` also names `{other}`"
                    )));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Letters and digits alone, in lower case.
fn letters(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
