//! Where a score comes from, in words: the price that counts, each term, and the plain measures beside it.

use glyph_core::score::{Measures, Score};

use crate::output;

/// The score term by term, the largest first.
pub(super) fn show_score(score: &Score, profile: &str) -> anyhow::Result<()> {
    output::line(&format!(
        "  score {:.1} by `{profile}` at {}",
        score.value,
        counted_price(score)
    ))?;
    for term in &score.terms {
        let most = term
            .most
            .map_or(String::new(), |most| format!(" of {most:>2}"));
        output::line(&format!(
            "  {:>6.2}{most}  {:<21} {}",
            term.points, term.name, term.reason
        ))?;
    }
    Ok(())
}

fn counted_price(score: &Score) -> String {
    let counted = output::dollars(score.counted_price_usd);
    if (score.condition_factor - 1.0).abs() < 1e-9 {
        return format!("${counted} a card");
    }
    format!(
        "${counted} a card: ${} times {} for the condition",
        output::dollars(score.counted_price_usd / score.condition_factor),
        score.condition_factor
    )
}

/// The measures in two lines; what is not known is left out.
pub(super) fn show_measures(measures: &Measures) -> anyhow::Result<()> {
    let mut parts = vec![format!("${}/GB", output::dollars(measures.usd_per_gb))];
    let mut add = |value: Option<f64>, text: fn(f64) -> String| parts.extend(value.map(text));
    add(measures.usd_per_gb_s, |value| {
        format!("${} per GB/s", output::dollars(value))
    });
    add(measures.usd_per_tflop, |value| {
        format!("${} per dense FP16 TFLOPS", output::dollars(value))
    });
    add(measures.watts_per_gb, |value| format!("{value:.1} W/GB"));
    output::line(&format!("  {}", parts.join(", ")))?;
    let bound = measures
        .tokens_per_second_7b_bound
        .map(|bound| format!("; at most {bound:.0} tokens/s of a 7B (a bound)"))
        .unwrap_or_default();
    Ok(output::line(&format!(
        "  holds {} × 7B, {} × 13B or {} × 70B at 4 bits with their cache{bound}",
        measures.fits_7b, measures.fits_13b, measures.fits_70b
    ))?)
}
