//! How a file that is sent is read: the options of an import, as parameters.

use std::collections::HashMap;

use glyph_core::listing::{DecimalMark, Field, ReaderOptions};
use glyph_core::money::Currency;
use glyph_core::score::Profile;
use glyph_core::source::{Delimiter, Format};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use super::upload::Upload;
use crate::http::context::Shared;
use crate::http::problem::{Code, Problem};
use crate::import_job::{ImportOptions, OnError, parse_mapping};

/// How a file is read and what becomes of it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ImportQuery {
    /// What the file is called; else the name in the form, or `upload`.
    #[param(required = false, nullable = false)]
    pub(super) name: Option<String>,
    /// Where the file does not show it.
    #[param(required = false, schema_with = any_format)]
    format: Option<String>,
    /// The delimiter of a CSV file; found from the file where not given.
    #[param(required = false, schema_with = any_delimiter)]
    delimiter: Option<String>,
    /// A column that is to be read as a field: `HEADER=FIELD`. May come more than once.
    #[param(required = false, schema_with = mappings)]
    map: Vec<String>,
    /// The currency of prices that do not say theirs, as `EUR`.
    #[param(required = false, nullable = false, pattern = "^[A-Za-z]{3}$")]
    currency: Option<String>,
    /// `point` as in 1,234.50, or `comma` as in 1.234,50.
    #[param(required = false, schema_with = any_decimal_mark)]
    decimal_mark: Option<String>,
    /// When the listings were seen, for rows that do not say: RFC 3339.
    #[param(required = false, nullable = false, format = DateTime)]
    seen_at: Option<String>,
    /// A scoring profile that is built in; `inference` where absent.
    #[param(required = false, schema_with = any_profile)]
    profile: Option<String>,
    /// What is to be kept of the import in words.
    #[param(required = false, nullable = false)]
    description: Option<String>,
    /// Do everything but keep it.
    #[param(required = false)]
    dry_run: bool,
    /// Import the same bytes again, as a new import.
    #[param(required = false)]
    force: bool,
}

impl ImportQuery {
    /// What a form says, its empty fields left out. Columns are mapped a line each: `HEADER=FIELD`.
    pub(crate) fn of_form(texts: &HashMap<String, String>) -> ImportQuery {
        let text = |name: &str| {
            let text = texts.get(name)?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        ImportQuery {
            name: text("name"),
            currency: text("currency"),
            decimal_mark: text("decimal_mark"),
            seen_at: text("seen_at"),
            map: text("map")
                .map(|lines| lines.lines().map(str::to_owned).collect())
                .unwrap_or_default(),
            ..ImportQuery::default()
        }
    }

    pub(crate) fn options(
        &self,
        upload: &Upload,
        shared: &Shared,
    ) -> Result<ImportOptions, Problem> {
        let format = match &self.format {
            Some(name) => Some(known("format", name, Format::from_name(name))?),
            None => upload.format,
        };
        let delimiter = self
            .delimiter
            .as_deref()
            .map(|text| known("delimiter", text, delimiter(text)))
            .transpose()?;
        let currency = self
            .currency
            .as_deref()
            .map(|code| known("currency", code, Currency::parse(code)))
            .transpose()?;
        let decimal_mark = self
            .decimal_mark
            .as_deref()
            .map(|mark| known("decimal_mark", mark, DecimalMark::parse(mark)))
            .transpose()?;
        let profile = match &self.profile {
            // Never a file of the server's.
            Some(name) => known("profile", name, Profile::find(name))?,
            None => Profile::inference(),
        };
        let seen_at = self
            .seen_at
            .as_deref()
            .map(|text| known("seen_at", text, text.parse().ok()))
            .transpose()?;
        let mapping = self
            .map
            .iter()
            .map(|text| {
                parse_mapping(text)
                    .map_err(|detail| Problem::of_parameter(Code::ParameterInvalid, "map", detail))
            })
            .collect::<Result<_, _>>()?;
        Ok(ImportOptions {
            format,
            delimiter,
            mapping,
            read: ReaderOptions {
                currency,
                decimal_mark,
                cell_bytes: shared.limits.cell_bytes,
            },
            rates: None,
            rates_key: String::new(),
            registry_key: shared.names.own_key.clone(),
            seen_at,
            profile,
            on_error: OnError::Skip,
            most_rejects: None,
            dry_run: self.dry_run,
            force: self.force,
            source_name: None,
            description: self.description.clone(),
            unpacked_bytes: Some(shared.limits.unpacked_bytes_of(upload.bytes)),
            most_rows: Some(shared.limits.rows),
            source_limits: shared.limits.source,
            scratch_folder: Some(shared.database.folder().to_owned()),
        })
    }
}

/// A value that means something, or the problem that it does not.
pub(super) fn known<T>(parameter: &str, given: &str, value: Option<T>) -> Result<T, Problem> {
    value.ok_or_else(|| {
        Problem::of_parameter(
            Code::ParameterInvalid,
            parameter,
            format!("`{given}` is no `{parameter}`"),
        )
    })
}

fn delimiter(text: &str) -> Option<Delimiter> {
    DELIMITERS
        .iter()
        .find_map(|(name, delimiter)| (*name == text).then_some(*delimiter))
}

const DELIMITERS: [(&str, Delimiter); 4] = [
    (",", Delimiter::COMMA),
    (";", Delimiter::SEMICOLON),
    ("|", Delimiter::PIPE),
    ("tab", Delimiter::TAB),
];

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Schema {
    let values: Vec<&str> = names.into_iter().collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(values))
        .into()
}

fn any_format() -> Schema {
    one_of(Format::ALL.iter().map(|format| format.as_str()))
}

fn any_delimiter() -> Schema {
    one_of(DELIMITERS.iter().map(|(name, _)| *name))
}

fn any_decimal_mark() -> Schema {
    one_of([DecimalMark::Point, DecimalMark::Comma].map(DecimalMark::as_str))
}

/// The scoring profiles that a client may name: never a file of the server's.
pub(super) fn any_profile() -> Schema {
    let profiles = Profile::built_in();
    one_of(profiles.iter().map(|profile| profile.name.as_str()))
}

fn mappings() -> Schema {
    let fields: Vec<&str> = Field::ALL.iter().map(|field| field.as_str()).collect();
    let item = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^[^=]+=({})$", fields.join("|"))));
    ArrayBuilder::new().items(item).into()
}
