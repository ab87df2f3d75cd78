//! Profiles: named, versioned weights, as TOML files in `profiles/` or of the user's own.

use serde::{Deserialize, Serialize};

use crate::listing::Condition;

/// A way of scoring. Its name changes with its weights, so that stored scores say what they mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// With its version: `inference-2`; of a user's own also a hash over the file.
    pub name: String,
    /// What it is for, in a few words.
    pub summary: String,
    pub formula: Formula,
    pub condition: ConditionFactors,
}

/// How a profile scores.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// Points for what the card can do and for what it gives per dollar.
    Value(Box<(Weights, Halves)>),
    /// The old program's raw score, times 100.
    Legacy,
}

/// The most points that each term can give. A profile's weights sum to 100.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    pub memory: f64,
    pub bandwidth: f64,
    pub fp32: f64,
    pub fp16: f64,
    pub int8: f64,
    pub mig: f64,
    pub nvlink: f64,
    pub power: f64,
    pub memory_per_dollar: f64,
    pub bandwidth_per_dollar: f64,
    pub fp32_per_dollar: f64,
    pub fp16_per_dollar: f64,
}

/// Where a term reaches half of its points.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Halves {
    pub memory_gb: f64,
    pub bandwidth_gb_s: f64,
    pub fp32_tflops: f64,
    pub fp16_tflops: f64,
    pub int8_tops: f64,
    /// Less is better here.
    pub watts_per_gb: f64,
    pub gb_per_thousand_usd: f64,
    pub gb_s_per_thousand_usd: f64,
    pub fp32_tflops_per_thousand_usd: f64,
    pub fp16_tflops_per_thousand_usd: f64,
    /// The memory at which the terms per dollar count half: what is cheap and holds no model is not good value.
    pub room_gb: f64,
}

impl Default for Halves {
    /// 1 everywhere: it counts only where the weight of its term is 0 or the file says another.
    fn default() -> Halves {
        Halves {
            memory_gb: 1.0,
            bandwidth_gb_s: 1.0,
            fp32_tflops: 1.0,
            fp16_tflops: 1.0,
            int8_tops: 1.0,
            watts_per_gb: 1.0,
            gb_per_thousand_usd: 1.0,
            gb_s_per_thousand_usd: 1.0,
            fp32_tflops_per_thousand_usd: 1.0,
            fp16_tflops_per_thousand_usd: 1.0,
            room_gb: 1.0,
        }
    }
}

/// What a dollar asked for a card in a condition counts as, beside one asked for a new card: the worse, the more.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConditionFactors {
    pub new: f64,
    pub open_box: f64,
    pub refurbished: f64,
    pub not_known: f64,
    pub used: f64,
    pub for_parts: f64,
}

impl Default for ConditionFactors {
    /// The condition does not count.
    fn default() -> ConditionFactors {
        ConditionFactors {
            new: 1.0,
            open_box: 1.0,
            refurbished: 1.0,
            not_known: 1.0,
            used: 1.0,
            for_parts: 1.0,
        }
    }
}

impl ConditionFactors {
    pub fn of(&self, condition: Option<Condition>) -> f64 {
        match condition {
            None => self.not_known,
            Some(Condition::New) => self.new,
            Some(Condition::OpenBox) => self.open_box,
            Some(Condition::Refurbished) => self.refurbished,
            Some(Condition::Used) => self.used,
            Some(Condition::ForParts) => self.for_parts,
        }
    }
}

/// What is wrong with a profile's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// With line and column, as the reader of TOML tells it.
    #[error("{0}")]
    Toml(String),
    #[error("`name` is `{0}`: it wants small letters, digits and hyphens, as in `my-servers`")]
    Name(String),
    #[error("`{0}` is the name of a built-in profile")]
    NameTaken(String),
    #[error("`formula` is `{0}`, neither `value` nor `legacy`")]
    Formula(String),
    #[error("the weights sum to {0} and not to 100")]
    Sum(String),
    #[error("`{0}` is {1}: {2}")]
    Figure(&'static str, String, &'static str),
}

/// A profile as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    name: String,
    version: u32,
    #[serde(default)]
    summary: String,
    formula: String,
    #[serde(default)]
    weights: Weights,
    #[serde(default)]
    halves: Halves,
    #[serde(default)]
    condition: ConditionFactors,
}

/// The newest of each name first.
const BUILT_IN: [&str; 5] = [
    include_str!("../../profiles/inference.toml"),
    include_str!("../../profiles/fine-tuning.toml"),
    include_str!("../../profiles/workstation.toml"),
    include_str!("../../profiles/legacy.toml"),
    include_str!("../../profiles/inference-1.toml"),
];

impl Profile {
    /// The default: value for running language models.
    ///
    /// # Panics
    /// Never in a build whose tests passed: the file is built in.
    pub fn inference() -> Profile {
        match Profile::built_in().into_iter().next() {
            Some(profile) => profile,
            None => unreachable!("there are built-in profiles"),
        }
    }

    /// Every profile that the program brings, the newest of each name first.
    ///
    /// # Panics
    /// If a built-in file is faulty, which a test of this module rules out for any build that passed it.
    pub fn built_in() -> Vec<Profile> {
        BUILT_IN
            .iter()
            .map(|text| match read(text) {
                Ok((profile, _)) => profile,
                Err(error) => panic!("built-in profile: {error}"),
            })
            .collect()
    }

    /// The built-in profile of a name, with or without its version: `inference`, `legacy-1`.
    pub fn find(name: &str) -> Option<Profile> {
        Profile::built_in()
            .into_iter()
            .find(|profile| profile.name == name || profile.base_name() == name)
    }

    /// A user's own profile. Its name ends with a hash over the text, so that no two profiles share one.
    pub fn parse(text: &str) -> Result<Profile, ProfileError> {
        let (mut profile, name) = read(text)?;
        if Profile::find(&name).is_some() {
            return Err(ProfileError::NameTaken(name));
        }
        let hash = blake3::hash(text.replace("\r\n", "\n").as_bytes()).to_hex();
        profile.name.push('+');
        profile.name.extend(hash.chars().take(8));
        Ok(profile)
    }

    /// The name without its version.
    pub fn base_name(&self) -> &str {
        self.name
            .rsplit_once('-')
            .map_or(self.name.as_str(), |(base, _)| base)
    }
}

/// The profile of a file and its name without the version.
fn read(text: &str) -> Result<(Profile, String), ProfileError> {
    let file: ProfileFile =
        toml::from_str(text).map_err(|error| ProfileError::Toml(error.to_string()))?;
    let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    if !file.name.starts_with(letters)
        || !file
            .name
            .chars()
            .all(|letter| letters(letter) || letter == '-')
    {
        return Err(ProfileError::Name(file.name));
    }
    check_factors(&file.condition)?;
    let formula = match file.formula.as_str() {
        "legacy" => Formula::Legacy,
        "value" => {
            check_weights(&file.weights)?;
            check_halves(&file.halves)?;
            Formula::Value(Box::new((file.weights, file.halves)))
        }
        _ => return Err(ProfileError::Formula(file.formula)),
    };
    Ok((
        Profile {
            name: format!("{}-{}", file.name, file.version),
            summary: file.summary,
            formula,
            condition: file.condition,
        },
        file.name,
    ))
}

fn check_weights(weights: &Weights) -> Result<(), ProfileError> {
    let named = [
        ("memory", weights.memory),
        ("bandwidth", weights.bandwidth),
        ("fp32", weights.fp32),
        ("fp16", weights.fp16),
        ("int8", weights.int8),
        ("mig", weights.mig),
        ("nvlink", weights.nvlink),
        ("power", weights.power),
        ("memory_per_dollar", weights.memory_per_dollar),
        ("bandwidth_per_dollar", weights.bandwidth_per_dollar),
        ("fp32_per_dollar", weights.fp32_per_dollar),
        ("fp16_per_dollar", weights.fp16_per_dollar),
    ];
    for (name, weight) in named {
        if !(0.0..=100.0).contains(&weight) {
            return Err(ProfileError::Figure(
                name,
                weight.to_string(),
                "a weight is 0 to 100",
            ));
        }
    }
    let sum: f64 = named.iter().map(|(_, weight)| weight).sum();
    if (sum - 100.0).abs() > 1e-9 {
        return Err(ProfileError::Sum(sum.to_string()));
    }
    Ok(())
}

/// What a half can be: no card has a thousandth of a gigabyte, nor a million teraflops.
const HALVES: std::ops::RangeInclusive<f64> = 1e-3..=1e6;

/// The most that a dollar for a card in some condition can count as.
const MOST_FACTOR: f64 = 1000.0;

fn check_halves(halves: &Halves) -> Result<(), ProfileError> {
    let named = [
        ("memory_gb", halves.memory_gb),
        ("bandwidth_gb_s", halves.bandwidth_gb_s),
        ("fp32_tflops", halves.fp32_tflops),
        ("fp16_tflops", halves.fp16_tflops),
        ("int8_tops", halves.int8_tops),
        ("watts_per_gb", halves.watts_per_gb),
        ("gb_per_thousand_usd", halves.gb_per_thousand_usd),
        ("gb_s_per_thousand_usd", halves.gb_s_per_thousand_usd),
        (
            "fp32_tflops_per_thousand_usd",
            halves.fp32_tflops_per_thousand_usd,
        ),
        (
            "fp16_tflops_per_thousand_usd",
            halves.fp16_tflops_per_thousand_usd,
        ),
        ("room_gb", halves.room_gb),
    ];
    match named.into_iter().find(|(_, half)| !HALVES.contains(half)) {
        Some((name, half)) => Err(ProfileError::Figure(
            name,
            half.to_string(),
            "it wants a number from 0.001 to 1000000",
        )),
        None => Ok(()),
    }
}

/// A worse condition never counts for less: else the same card would be worth more broken than whole.
fn check_factors(factors: &ConditionFactors) -> Result<(), ProfileError> {
    let rising = [
        ("new", factors.new),
        ("open_box", factors.open_box),
        ("refurbished", factors.refurbished),
        ("used", factors.used),
        ("for_parts", factors.for_parts),
    ];
    let mut before = 1.0;
    for (name, factor) in rising.into_iter().chain([("not_known", factors.not_known)]) {
        let least = if name == "not_known" { 1.0 } else { before };
        if !(least..=MOST_FACTOR).contains(&factor) {
            return Err(ProfileError::Figure(
                name,
                factor.to_string(),
                "a condition counts 1 to 1000 and at least as much as a better one",
            ));
        }
        before = factor;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profiles_are_sound_and_have_names_of_their_own() {
        let mut names: Vec<String> = Profile::built_in()
            .into_iter()
            .map(|profile| profile.name)
            .collect();
        assert_eq!(names.first().map(String::as_str), Some("inference-2"));
        names.sort();
        names.dedup();
        assert_eq!(
            names,
            [
                "fine-tuning-1",
                "inference-1",
                "inference-2",
                "legacy-1",
                "workstation-1"
            ]
        );
    }

    #[test]
    fn finds_a_profile_by_name_with_or_without_its_version() {
        let name = |wanted: &str| Profile::find(wanted).map(|profile| profile.name);
        assert_eq!(name("inference").as_deref(), Some("inference-2"));
        assert_eq!(name("inference-1").as_deref(), Some("inference-1"));
        assert_eq!(name("fine-tuning").as_deref(), Some("fine-tuning-1"));
        assert_eq!(name("inference-9"), None);
    }

    #[test]
    fn reads_a_profile_of_the_users_own_and_names_it_by_its_content() {
        let text = "name = 'cheap-memory'\nversion = 3\nformula = 'value'\n[weights]\nmemory_per_dollar = 100\n\
                    [halves]\ngb_per_thousand_usd = 30\nroom_gb = 8\n";
        let profile = Profile::parse(text).unwrap();
        assert!(
            profile.name.starts_with("cheap-memory-3+"),
            "{}",
            profile.name
        );
        assert_eq!(profile.base_name(), "cheap-memory");
        let other = Profile::parse(&text.replace("= 30", "= 31")).unwrap();
        assert_ne!(profile.name, other.name);
        assert_eq!(profile.condition, ConditionFactors::default());
    }

    #[test]
    fn says_what_is_wrong_with_a_profile() {
        let plain = "name = 'mine'\nversion = 1\nformula = 'value'\n[weights]\nmemory = 100\n";
        assert!(Profile::parse(plain).is_ok());
        for (from, to, message) in [
            (
                "'mine'",
                "'legacy'",
                "`legacy` is the name of a built-in profile",
            ),
            ("'mine'", "'My own'", "`name` is `My own`"),
            ("'value'", "'other'", "`formula` is `other`"),
            (
                "memory = 100",
                "memory = 99",
                "the weights sum to 99 and not to 100",
            ),
            (
                "memory = 100",
                "memory = 110\nint8 = -10",
                "`memory` is 110",
            ),
            ("memory = 100", "memroy = 100", "unknown field `memroy`"),
            (
                "memory = 100",
                "memory = 100\n[halves]\nroom_gb = 0",
                "`room_gb` is 0: it wants a number from 0.001",
            ),
            (
                "memory = 100",
                "memory = 100\n[condition]\nused = 2\nfor_parts = 1.5",
                "`for_parts` is 1.5",
            ),
            (
                "memory = 100",
                "memory = 100\n[condition]\nfor_parts = 1e308",
                "`for_parts` is 1",
            ),
            (
                "memory = 100",
                "memory = 100\n[condition]\nnot_known = inf",
                "`not_known` is inf",
            ),
        ] {
            let error = Profile::parse(&plain.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
