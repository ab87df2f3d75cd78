//! What names the cards: a registry, built in or with the user's own models over it, and the matcher made from it.

use std::borrow::Cow;
use std::path::Path;

use anyhow::Context;
use glyph_core::matching::{Clues, Match, Matcher};
use glyph_core::registry::{Registry, RegistryFile};

use crate::command::Hinted;
use crate::input::digest_of;

/// A registry and the matcher made from it.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) registry: Cow<'static, Registry>,
    pub(crate) matcher: Matcher,
    /// Names the user's own models; empty where there are none. Part of what makes an import the same.
    pub(crate) own_key: String,
}

impl Names {
    /// The built-in registry, with the models of `file` added where one is given.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Names> {
        let (registry, own_key) = load_registry(file)?;
        Ok(Names {
            matcher: Matcher::new(&registry),
            registry,
            own_key,
        })
    }

    /// The vendor's name of a model; the canonical one where the registry does not have it.
    pub(crate) fn model_name<'a>(&'a self, canonical_model: &'a str) -> &'a str {
        let found = self.registry.find(canonical_model);
        found.map_or(canonical_model, |id| &self.registry.model(id).model)
    }

    /// The canonical name of a model that is named so in any case, or as its vendor names it, with or without `GeForce` and
    /// the like; the text itself where there is none.
    pub(crate) fn canonical<'a>(&'a self, text: &'a str) -> &'a str {
        canonical(&self.registry, text)
    }

    /// What a title names by itself, without anything else of a row.
    pub(crate) fn match_title(&self, title: &str) -> Match {
        self.matcher.match_listing(&Clues {
            title,
            ..Clues::default()
        })
    }
}

/// The registry alone, and what names the user's own models in it.
pub(crate) fn load_registry(
    file: Option<&Path>,
) -> anyhow::Result<(Cow<'static, Registry>, String)> {
    let built_in = Registry::embedded();
    let Some(path) = file else {
        return Ok((Cow::Borrowed(built_in), String::new()));
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the registry `{name}`"))?;
    let registry = built_in
        .with_models(RegistryFile {
            name: &name,
            text: &text,
        })
        .map_err(|error| {
            Hinted::new(
                format!("cannot use the registry: {error}"),
                "mend the line; `crates/glyph-core/registry/README.md` tells the columns. Nothing was changed",
            )
        })?;
    Ok((Cow::Owned(registry), digest_of(&[&text])))
}

/// As [`Names::canonical`], of a registry alone.
pub(crate) fn canonical<'a>(registry: &'a Registry, text: &'a str) -> &'a str {
    let is_same = |name: &str| {
        let letters = |text: &str| -> String {
            let kept = text.chars().filter(|letter| letter.is_alphanumeric());
            kept.flat_map(char::to_lowercase).collect()
        };
        letters(name) == letters(text)
    };
    let models = registry.models();
    let by_name = models.iter().find(|model| is_same(&model.canonical_model));
    let found = by_name.or_else(|| {
        models.iter().find(|model| {
            let short = ["GeForce ", "Radeon ", "Tesla ", "Quadro "]
                .into_iter()
                .find_map(|line| model.model.strip_prefix(line));
            is_same(&model.model) || short.is_some_and(is_same)
        })
    });
    found.map_or(text, |model| &model.canonical_model)
}
