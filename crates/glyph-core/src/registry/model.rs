//! One record a model and variant. What is unknown is absent, never zero.

use std::collections::BTreeMap;

use serde::Serialize;

/// Index of a model in its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    Nvidia,
    Amd,
    Intel,
    Matrox,
}

/// How the board connects and stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Form {
    #[serde(rename = "PCIe")]
    Pcie,
    #[serde(rename = "SXM")]
    Sxm,
    #[serde(rename = "OAM")]
    Oam,
    #[serde(rename = "MXM")]
    Mxm,
    #[serde(rename = "NVL")]
    Nvl,
}

impl Form {
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Pcie => "PCIe",
            Form::Sxm => "SXM",
            Form::Oam => "OAM",
            Form::Mxm => "MXM",
            Form::Nvl => "NVL",
        }
    }
}

/// One GPU board: memory sizes and forms that sell as different products are different models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Model {
    /// The stable name that databases and scripts use: `A100_PCIE_80GB`, `RTX_4000_SFF_ADA`.
    pub canonical_model: String,
    /// The vendor's name of this variant without the vendor: `A100 PCIe 80GB`, `GeForce RTX 3080`.
    pub model: String,
    /// The name that variants share, as `glyphd match` answers it: `A100`, `GeForce RTX 3080`.
    pub product: String,
    pub vendor: Vendor,
    pub family: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// Of the whole board, GB as vendors count them; 0.5 is 512 MB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_gb: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bus_bits: Option<u32>,
    /// Of one pin, Gbit/s: bandwidth = bus × rate / 8. Absent where the vendor's bandwidth is a rounded one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_rate_gbps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bandwidth_gb_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shaders: Option<u32>,
    /// Behind `fp32_tflops`; absent where the vendor's figure counts another clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boost_clock_mhz: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fp32_tflops: Option<f64>,
    /// Dense, without sparsity; FP32 accumulate on `GeForce`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fp16_tensor_tflops_dense: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub int8_tops_dense: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tdp_w: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pcie_generation: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nvlink: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mig_instances: Option<u8>,
    /// Other spellings that name this card and that do not follow from its name.
    pub aliases: Vec<String>,
    /// Canonical names that older databases use for this model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub old_names: Vec<String>,
    /// Whether a title that names the product alone means this variant, by trade usage.
    pub default_variant: bool,
    /// Field name → id of its source in `sources.csv`; `*` stands for every field that is not named.
    pub sources: BTreeMap<String, String>,
}

impl Model {
    /// The value of a field as it stands in a data file, by the name of its column; `None` where it is not known, or no
    /// such fact is kept.
    pub fn value(&self, field: &str) -> Option<String> {
        fn text<T: ToString>(value: Option<T>) -> Option<String> {
            value.map(|value| value.to_string())
        }
        match field {
            "architecture" => self.architecture.clone(),
            "year" => text(self.year),
            "memory_gb" => text(self.memory_gb),
            "memory_type" => self.memory_type.clone(),
            "memory_bus_bits" => text(self.memory_bus_bits),
            "memory_bandwidth_gb_s" => text(self.memory_bandwidth_gb_s),
            "shaders" => text(self.shaders),
            "fp32_tflops" => text(self.fp32_tflops),
            "fp16_tensor_tflops_dense" => text(self.fp16_tensor_tflops_dense),
            "int8_tops_dense" => text(self.int8_tops_dense),
            "tdp_w" => text(self.tdp_w),
            "slots" => text(self.slots),
            "form" => text(self.form.map(Form::as_str)),
            "pcie_generation" => text(self.pcie_generation),
            "nvlink" => text(self.nvlink.map(|has| if has { "yes" } else { "no" })),
            "mig_instances" => text(self.mig_instances),
            _ => None,
        }
    }
}
