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

    fn required(&self, column: &str) -> Result<String, RegistryError> {
        match self.text(column) {
            "" => Err(self.fault(format!("`{column}` is empty"))),
            text => Ok(text.to_owned()),
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
        match text.parse::<T>() {
            Ok(value) if value > T::default() => Ok(Some(value)),
            Ok(_) => Err(self.fault(format!(
                "`{column}` is `{text}`: what is unknown or none is an empty cell"
            ))),
            Err(_) => Err(self.fault(format!("`{column}` is `{text}`, not a number"))),
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

    fn model(&self) -> Result<Model, RegistryError> {
        Ok(Model {
            canonical_model: self.required("canonical_model")?,
            model: self.required("model")?,
            product: self.required("product")?,
            vendor: self.vendor()?,
            family: self.required("family")?,
            architecture: self.optional("architecture"),
            year: self.number("year")?,
            memory_gb: self.number("memory_gb")?,
            memory_type: self.optional("memory_type"),
            memory_bus_bits: self.number("memory_bus_bits")?,
            memory_rate_gbps: self.number("memory_rate_gbps")?,
            memory_bandwidth_gb_s: self.number("memory_bandwidth_gb_s")?,
            shaders: self.number("shaders")?,
            boost_clock_mhz: self.number("boost_clock_mhz")?,
            fp32_tflops: self.number("fp32_tflops")?,
            fp16_tensor_tflops_dense: self.number("fp16_tensor_tflops_dense")?,
            int8_tops_dense: self.number("int8_tops_dense")?,
            tdp_w: self.number("tdp_w")?,
            slots: self.number("slots")?,
            form: self.form()?,
            pcie_generation: self.number("pcie_generation")?,
            nvlink: self.yes_or_no("nvlink")?,
            mig_instances: self.number("mig_instances")?,
            aliases: self.list("aliases"),
            old_names: self.list("old_names"),
            default_variant: self.yes_or_no("default_variant")?.unwrap_or(false),
            sources: self.sources()?,
        })
    }
}

/// Reads one file of models and appends its rows.
pub(super) fn read_models(
    file: RegistryFile<'_>,
    rows: &mut Vec<Row>,
) -> Result<(), RegistryError> {
    let mut reader = csv::Reader::from_reader(file.text.as_bytes());
    let headers = reader
        .headers()
        .map_err(|error| RegistryError::from_csv(file.name, &error))?
        .clone();
    let columns: FxHashMap<&str, usize> = headers.iter().zip(0..).collect();
    for column in [
        "canonical_model",
        "model",
        "product",
        "vendor",
        "family",
        "memory_gb",
        "sources",
    ] {
        if !columns.contains_key(column) {
            return Err(RegistryError::new(
                file.name,
                1,
                format!("column `{column}` is missing"),
            ));
        }
    }
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| RegistryError::from_csv(file.name, &error))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        let model = Cells {
            file: file.name,
            line,
            columns: &columns,
            record: &record,
        }
        .model()?;
        rows.push(Row {
            model,
            file: file.name.to_owned(),
            line,
        });
    }
    Ok(())
}
