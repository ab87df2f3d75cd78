//! From the text of a data file to models. Columns are found by name; an empty cell is an unknown value.

use std::collections::BTreeMap;
use std::str::FromStr;

use rustc_hash::FxHashMap;

use super::error::RegistryError;
use super::model::{Form, Model, Vendor};

/// One data file: its name, for messages, and its text.
#[derive(Debug, Clone, Copy)]
pub struct RegistryFile<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

/// The files that make a registry.
#[derive(Debug, Clone, Copy)]
pub struct RegistryFiles<'a> {
    /// Date of the data, `2026.11.22`.
    pub date: &'a str,
    pub models: &'a [RegistryFile<'a>],
    pub sources: RegistryFile<'a>,
    pub part_numbers: RegistryFile<'a>,
    pub disputes: RegistryFile<'a>,
}

macro_rules! embedded {
    ($name:literal) => {
        RegistryFile {
            name: $name,
            text: include_str!(concat!("../../registry/", $name)),
        }
    };
}

impl RegistryFiles<'static> {
    /// The files that are built into the program.
    pub const EMBEDDED: Self = Self {
        date: include_str!("../../registry/VERSION"),
        models: &[
            embedded!("nvidia-geforce.csv"),
            embedded!("nvidia-professional.csv"),
            embedded!("nvidia-datacenter.csv"),
            embedded!("amd-radeon.csv"),
            embedded!("amd-professional.csv"),
            embedded!("intel.csv"),
            embedded!("matrox.csv"),
        ],
        sources: embedded!("sources.csv"),
        part_numbers: embedded!("part-numbers.csv"),
        disputes: embedded!("disputes.csv"),
    };
}

impl RegistryFiles<'_> {
    /// The date and a 64-bit FNV-1a hash over the text of every file, line ends aside.
    pub(super) fn version(&self) -> String {
        let texts = self
            .models
            .iter()
            .chain([&self.sources, &self.part_numbers]);
        let bytes =
            texts.flat_map(|file| file.text.bytes().filter(|byte| *byte != b'\r').chain([0]));
        format!("{}-{:012x}", self.date.trim(), super::fnv_1a(bytes) >> 16)
    }
}

/// A model and where it stands, for messages of the checks.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) model: Model,
    pub(super) file: String,
    pub(super) line: u64,
}

impl Row {
    pub(super) fn built_in(model: Model) -> Self {
        Self {
            model,
            file: "built-in registry".to_owned(),
            line: 0,
        }
    }

    pub(super) fn fault(&self, problem: impl Into<String>) -> RegistryError {
        RegistryError::new(&self.file, self.line, problem)
    }
}

/// The cells of one record by column name.
struct Cells<'a> {
    file: &'a str,
    line: u64,
    columns: &'a FxHashMap<&'a str, usize>,
    record: &'a csv::StringRecord,
    /// The model that the row overrides: what its cells leave empty stays.
    base: Option<&'a Model>,
}

impl Cells<'_> {
    fn fault(&self, problem: String) -> RegistryError {
        RegistryError::new(self.file, self.line, problem)
    }

    fn text(&self, column: &str) -> &str {
        self.columns
            .get(column)
            .and_then(|position| self.record.get(*position))
            .unwrap_or_default()
            .trim()
    }

    fn required(
        &self,
        column: &str,
        base: impl Fn(&Model) -> &String,
    ) -> Result<String, RegistryError> {
        match (self.text(column), self.base) {
            ("", Some(model)) => Ok(base(model).clone()),
            ("", None) => Err(self.fault(format!("`{column}` is empty"))),
            (text, _) => Ok(text.to_owned()),
        }
    }

    fn optional(&self, column: &str) -> Option<String> {
        Some(self.text(column))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    fn number<T: FromStr + PartialOrd + Default>(
        &self,
        column: &str,
    ) -> Result<Option<T>, RegistryError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        // Plain decimals: `inf`, `nan` and `1e9` are numbers to `parse`, and no figures of a card.
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        match text.parse::<T>() {
            Ok(value) if is_plain && value > T::default() => Ok(Some(value)),
            Ok(_) if is_plain => Err(self.fault(format!(
                "`{column}` is `{text}`: what is unknown or none is an empty cell"
            ))),
            _ => Err(self.fault(format!(
                "`{column}` is `{text}`, not a positive number in plain digits"
            ))),
        }
    }

    fn yes_or_no(&self, column: &str) -> Result<Option<bool>, RegistryError> {
        match self.text(column) {
            "" => Ok(None),
            "yes" => Ok(Some(true)),
            "no" => Ok(Some(false)),
            other => Err(self.fault(format!(
                "`{column}` is `{other}`, neither `yes` nor `no` nor empty"
            ))),
        }
    }

    fn list(&self, column: &str) -> Vec<String> {
        self.text(column)
            .split(';')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn sources(&self) -> Result<BTreeMap<String, String>, RegistryError> {
        let mut sources = BTreeMap::new();
        for item in self.list("sources") {
            let Some((field, source)) = item.split_once('=') else {
                return Err(
                    self.fault(format!("source `{item}` is not of the form `field=source`"))
                );
            };
            if field != "*" && !self.columns.contains_key(field) {
                return Err(self.fault(format!("source `{item}` is of an unknown field")));
            }
            sources.insert(field.to_owned(), source.to_owned());
        }
        if sources.is_empty() {
            return Err(self.fault("`sources` is empty".to_owned()));
        }
        Ok(sources)
    }

    fn vendor(&self) -> Result<Vendor, RegistryError> {
        match self.text("vendor") {
            "" if self.base.is_some() => Ok(self.base.map_or(Vendor::Nvidia, |base| base.vendor)),
            "nvidia" => Ok(Vendor::Nvidia),
            "amd" => Ok(Vendor::Amd),
            "intel" => Ok(Vendor::Intel),
            "matrox" => Ok(Vendor::Matrox),
            other => Err(self.fault(format!("unknown vendor `{other}`"))),
        }
    }

    fn form(&self) -> Result<Option<Form>, RegistryError> {
        match self.text("form") {
            "" => Ok(None),
            "PCIe" => Ok(Some(Form::Pcie)),
            "SXM" => Ok(Some(Form::Sxm)),
            "OAM" => Ok(Some(Form::Oam)),
            "MXM" => Ok(Some(Form::Mxm)),
            "NVL" => Ok(Some(Form::Nvl)),
            other => Err(self.fault(format!("unknown form `{other}`"))),
        }
    }

    /// What the cell says, or what the overridden model has.
    fn or_base<T>(&self, given: Option<T>, base: impl Fn(&Model) -> Option<T>) -> Option<T> {
        given.or_else(|| self.base.and_then(base))
    }

    /// A name that the registry does not know is a new model, or a slip of the pen.
    fn check_new(&self, name: &str) -> Result<(), RegistryError> {
        let missing = ["model", "product", "vendor", "family"]
            .into_iter()
            .find(|column| self.text(column).is_empty());
        match missing {
            Some(column) if !name.is_empty() => Err(self.fault(format!(
                "the registry knows no `{name}`, and a new model wants `{column}`"
            ))),
            _ => Ok(()),
        }
    }

    fn model(&self) -> Result<Model, RegistryError> {
        self.model_with(self.sources()?)
    }

    fn model_with(&self, sources: BTreeMap<String, String>) -> Result<Model, RegistryError> {
        let names = |column: &str, base: fn(&Model) -> &Vec<String>| {
            let mut names = self.base.map(base).cloned().unwrap_or_default();
            for name in self.list(column) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names
        };
        Ok(Model {
            canonical_model: self.required("canonical_model", |base| &base.canonical_model)?,
            model: self.required("model", |base| &base.model)?,
            product: self.required("product", |base| &base.product)?,
            vendor: self.vendor()?,
            family: self.required("family", |base| &base.family)?,
            architecture: self.or_base(self.optional("architecture"), |base| {
                base.architecture.clone()
            }),
            year: self.or_base(self.number("year")?, |base| base.year),
            memory_gb: self.or_base(self.number("memory_gb")?, |base| base.memory_gb),
            memory_type: self.or_base(self.optional("memory_type"), |base| {
                base.memory_type.clone()
            }),
            memory_bus_bits: self
                .or_base(self.number("memory_bus_bits")?, |base| base.memory_bus_bits),
            memory_rate_gbps: self.or_base(self.number("memory_rate_gbps")?, |base| {
                base.memory_rate_gbps
            }),
            memory_bandwidth_gb_s: self.or_base(self.number("memory_bandwidth_gb_s")?, |base| {
                base.memory_bandwidth_gb_s
            }),
            shaders: self.or_base(self.number("shaders")?, |base| base.shaders),
            boost_clock_mhz: self
                .or_base(self.number("boost_clock_mhz")?, |base| base.boost_clock_mhz),
            fp32_tflops: self.or_base(self.number("fp32_tflops")?, |base| base.fp32_tflops),
            fp16_tensor_tflops_dense: self
                .or_base(self.number("fp16_tensor_tflops_dense")?, |base| {
                    base.fp16_tensor_tflops_dense
                }),
            int8_tops_dense: self
                .or_base(self.number("int8_tops_dense")?, |base| base.int8_tops_dense),
            tdp_w: self.or_base(self.number("tdp_w")?, |base| base.tdp_w),
            slots: self.or_base(self.number("slots")?, |base| base.slots),
            form: self.or_base(self.form()?, |base| base.form),
            pcie_generation: self
                .or_base(self.number("pcie_generation")?, |base| base.pcie_generation),
            nvlink: self.or_base(self.yes_or_no("nvlink")?, |base| base.nvlink),
            mig_instances: self.or_base(self.number("mig_instances")?, |base| base.mig_instances),
            aliases: names("aliases", |base| &base.aliases),
            old_names: names("old_names", |base| &base.old_names),
            default_variant: self
                .or_base(self.yes_or_no("default_variant")?, |base| {
                    Some(base.default_variant)
                })
                .unwrap_or(false),
            sources,
        })
    }

    /// The sources of an added or overridden model: cells without one are of the user's own.
    fn given_sources(&self) -> Result<BTreeMap<String, String>, RegistryError> {
        let said = match self.text("sources") {
            "" => BTreeMap::new(),
            _ => self.sources()?,
        };
        let rest = said.get("*").cloned().unwrap_or_else(|| GIVEN.to_owned());
        let mut sources = match self.base {
            Some(base) => base.sources.clone(),
            None => {
                return Ok(BTreeMap::from([("*".to_owned(), rest)])
                    .into_iter()
                    .chain(said)
                    .collect());
            }
        };
        for column in self
            .columns
            .keys()
            .filter(|column| !self.text(column).is_empty())
        {
            sources.insert((*column).to_owned(), rest.clone());
        }
        sources.extend(said.into_iter().filter(|(field, _)| field != "*"));
        Ok(sources)
    }
}

/// The source of what a user's file says without naming one.
pub(super) const GIVEN: &str = "given";

/// The columns of a file of models. A user's file may have part numbers too.
const COLUMNS: [&str; 27] = [
    "canonical_model",
    "model",
    "product",
    "default_variant",
    "vendor",
    "family",
    "architecture",
    "year",
    "memory_gb",
    "memory_type",
    "memory_bus_bits",
    "memory_rate_gbps",
    "memory_bandwidth_gb_s",
    "shaders",
    "boost_clock_mhz",
    "fp32_tflops",
    "fp16_tensor_tflops_dense",
    "int8_tops_dense",
    "tdp_w",
    "slots",
    "form",
    "pcie_generation",
    "nvlink",
    "mig_instances",
    "aliases",
    "old_names",
    "sources",
];

/// Reads one file of models and appends its rows.
pub(super) fn read_models(
    file: RegistryFile<'_>,
    rows: &mut Vec<Row>,
) -> Result<(), RegistryError> {
    read_rows(
        file,
        &[
            "canonical_model",
            "model",
            "product",
            "vendor",
            "family",
            "memory_gb",
            "sources",
        ],
        &COLUMNS,
        &mut |cells| {
            let model = cells.model()?;
            rows.push(Row {
                model,
                file: file.name.to_owned(),
                line: cells.line,
            });
            Ok(())
        },
    )
}

/// A row of a user's file.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) row: Row,
    pub(super) part_numbers: Vec<String>,
}

/// Reads a user's file: a row whose canonical name `known` knows overrides that model, cell by cell.
pub(super) fn read_given<'known>(
    file: RegistryFile<'_>,
    known: &dyn Fn(&str) -> Option<&'known Model>,
) -> Result<Vec<Given>, RegistryError> {
    let mut given: Vec<Given> = Vec::new();
    let columns: Vec<&str> = COLUMNS.into_iter().chain(["part_numbers"]).collect();
    read_rows(file, &["canonical_model"], &columns, &mut |cells| {
        let name = cells.text("canonical_model");
        let cells = Cells {
            base: known(name),
            ..*cells
        };
        match cells.base {
            None => cells.check_new(name)?,
            Some(base) => {
                let product = cells.text("product");
                if !product.is_empty() && product != base.product {
                    return Err(cells.fault(format!(
                        "`{name}` is the `{}`, and `product` is `{product}`: another card wants a canonical name of its own",
                        base.product
                    )));
                }
            }
        }
        let mut model = cells.model_with(cells.given_sources()?)?;
        // An old name of the built-in registry leads to the model under its own name.
        if let Some(base) = cells.base {
            model.canonical_model.clone_from(&base.canonical_model);
        }
        if let Some(first) = given
            .iter()
            .find(|first| first.row.model.canonical_model == model.canonical_model)
        {
            return Err(cells.fault(format!(
                "`{}` is on line {} already: a model wants one row",
                model.canonical_model, first.row.line
            )));
        }
        given.push(Given {
            row: Row {
                model,
                file: file.name.to_owned(),
                line: cells.line,
            },
            part_numbers: cells.list("part_numbers"),
        });
        Ok(())
    })?;
    Ok(given)
}

fn read_rows(
    file: RegistryFile<'_>,
    required: &[&str],
    allowed: &[&str],
    take: &mut dyn FnMut(&Cells<'_>) -> Result<(), RegistryError>,
) -> Result<(), RegistryError> {
    // A byte order mark would else belong to the first column's name.
    let text = file.text.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader
        .headers()
        .map_err(|error| RegistryError::from_csv(file.name, &error))?
        .clone();
    let columns: FxHashMap<&str, usize> = headers.iter().map(str::trim).zip(0..).collect();
    if let Some(missing) = required
        .iter()
        .find(|column| !columns.contains_key(*column))
    {
        return Err(RegistryError::new(
            file.name,
            1,
            format!("column `{missing}` is missing"),
        ));
    }
    if let Some(unknown) = headers
        .iter()
        .map(str::trim)
        .find(|column| !allowed.contains(column))
    {
        return Err(RegistryError::new(
            file.name,
            1,
            format!(
                "column `{unknown}` is not known: the columns are {}",
                allowed.join(", ")
            ),
        ));
    }
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| RegistryError::from_csv(file.name, &error))?
    {
        take(&Cells {
            file: file.name,
            line: record.position().map_or(0, csv::Position::line),
            columns: &columns,
            record: &record,
            base: None,
        })?;
    }
    Ok(())
}
