//! Scoring profiles by name, or from the user's own file.

use std::path::Path;

use anyhow::Context;
use glyph_core::score::Profile;

use crate::command::{Hinted, WrongUsage};

/// The profile that `wanted` names: a built-in one, or a TOML file.
pub(crate) fn find_profile(wanted: &str) -> anyhow::Result<Profile> {
    if let Some(profile) = Profile::find(wanted) {
        return Ok(profile);
    }
    let path = Path::new(wanted);
    let is_file = path.extension().is_some_and(|ending| ending == "toml") || path.exists();
    if !is_file {
        let mut known: Vec<String> = Vec::new();
        for profile in Profile::built_in() {
            let name = format!("`{}`", profile.base_name());
            if !known.contains(&name) {
                known.push(name);
            }
        }
        return Err(WrongUsage(format!(
            "`{wanted}` is no profile: there are {}, or give a TOML file",
            known.join(", ")
        ))
        .into());
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the profile `{wanted}`"))?;
    Profile::parse(&text).map_err(|error| {
        Hinted::new(
            format!("cannot use the profile `{wanted}`: {error}"),
            "docs/SCORE.md has the form; `crates/glyph-core/profiles` the built-in ones",
        )
        .into()
    })
}

/// The profile that stored rows were scored by: built in, or `given` where it is a user's own.
///
/// `None` for rows that have scores of several profiles, or of the old program.
pub(crate) fn profile_of_rows(
    stored: Option<&str>,
    given: Option<&Profile>,
) -> anyhow::Result<Option<Profile>> {
    let Some(name) = stored else {
        return Ok(None);
    };
    if let Some(given) = given.filter(|given| given.name == name) {
        return Ok(Some(given.clone()));
    }
    match Profile::find(name) {
        Some(profile) => Ok(Some(profile)),
        None => Err(Hinted::new(
            format!("the rows were scored by the profile `{name}`, which is not built in"),
            "give its file with `--profile FILE`",
        )
        .into()),
    }
}
