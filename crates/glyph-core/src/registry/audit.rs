//! What a registry lacks, what it has without a document, and what its sources disagree about.

use serde::Serialize;

use super::model::{Form, Model, ModelId, Vendor};
use super::{Registry, Source};

/// What is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The card has it, the registry does not.
    Missing,
    /// It was entered without a document.
    Unverified,
    /// Another source says otherwise.
    Disputed,
}

/// One value to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding<'a> {
    pub model: &'a Model,
    pub field: &'static str,
    pub problem: Problem,
    /// What the registry says.
    pub value: Option<String>,
    pub source: Option<&'a Source>,
    /// What another source says.
    pub other: Option<(&'a str, Option<&'a Source>)>,
}

/// The fields that every card, or every card of a kind, has.
pub const AUDITED: [&str; 15] = [
    "architecture",
    "year",
    "memory_gb",
    "memory_type",
    "memory_bus_bits",
    "memory_bandwidth_gb_s",
    "shaders",
    "fp32_tflops",
    "fp16_tensor_tflops_dense",
    "int8_tops_dense",
    "tdp_w",
    "slots",
    "form",
    "pcie_generation",
    "nvlink",
];

/// The source of values without a document.
const UNVERIFIED: &str = "unverified";

impl Registry {
    /// All that is to be looked at, model by model in the order of the files.
    pub fn audit(&self) -> Vec<Finding<'_>> {
        self.iter()
            .flat_map(|(id, model)| {
                AUDITED
                    .into_iter()
                    .flat_map(move |field| self.findings(id, model, field))
            })
            .collect()
    }

    fn findings<'a>(
        &'a self,
        id: ModelId,
        model: &'a Model,
        field: &'static str,
    ) -> Vec<Finding<'a>> {
        let value = model.value(field);
        let source = self.source_of(id, field);
        let finding = |problem, other| Finding {
            model,
            field,
            problem,
            value: value.clone(),
            source: source.filter(|_| value.is_some()),
            other,
        };
        let mut findings: Vec<Finding<'_>> = self
            .disputes
            .iter()
            .filter(|dispute| dispute.model == id && dispute.field == field)
            .map(|dispute| {
                let other = self.sources.get(&dispute.source);
                finding(Problem::Disputed, Some((dispute.value.as_str(), other)))
            })
            .collect();
        if value.is_none() && has(model, field) {
            findings.push(finding(Problem::Missing, None));
        }
        if value.is_some() && source.is_some_and(|source| source.id == UNVERIFIED) {
            findings.push(finding(Problem::Unverified, None));
        }
        findings
    }

    /// How many models have a field, of those that could.
    pub fn coverage_of(&self, field: &str) -> (usize, usize) {
        let could = self
            .models
            .iter()
            .filter(|model| model.value(field).is_some() || has(model, field));
        let known = self
            .models
            .iter()
            .filter(|model| model.value(field).is_some());
        (known.count(), could.count())
    }
}

/// Whether a card like this has the field at all.
fn has(model: &Model, field: &str) -> bool {
    match field {
        "fp16_tensor_tflops_dense" => has_matrix_units(model),
        // Volta's tensor cores know FP16 alone; INT8 came with Turing (NVIDIA Turing GPU architecture whitepaper).
        "int8_tops_dense" => {
            has_matrix_units(model) && model.architecture.as_deref() != Some("Volta")
        }
        "slots" => matches!(model.form, Some(Form::Pcie) | None),
        "pcie_generation" => model.form != Some(Form::Oam) && model.form != Some(Form::Sxm),
        "nvlink" => model.vendor == Vendor::Nvidia,
        _ => true,
    }
}

/// Tensor cores came with Volta, AMD's matrix cores with CDNA and RDNA 3, Intel's with Xe HPG. Of the Turing chips, those
/// of the GTX 16 series and of the T series below the T4 have none (NVIDIA Turing GPU architecture whitepaper, and the
/// data sheets of these cards).
fn has_matrix_units(model: &Model) -> bool {
    let architecture = model.architecture.as_deref().unwrap_or_default();
    let without = model.product.starts_with("GeForce GTX")
        || model.product.starts_with("CMP")
        || ["T400", "T400E", "T600", "T1000", "T1000E"].contains(&model.product.as_str())
        || model.product.starts_with("Quadro T");
    let since = [
        "Volta",
        "Turing",
        "Ampere",
        "Ada",
        "Hopper",
        "Blackwell",
        "CDNA",
        "RDNA 3",
        "RDNA 4",
        "Xe",
    ];
    !without && since.iter().any(|name| architecture.starts_with(name))
}
