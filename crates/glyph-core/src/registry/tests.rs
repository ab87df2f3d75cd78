use super::*;

const HEADER: &str = "canonical_model,model,product,default_variant,vendor,family,year,memory_gb,memory_bus_bits,memory_rate_gbps,memory_bandwidth_gb_s,shaders,boost_clock_mhz,fp32_tflops,nvlink,aliases,old_names,sources\n";
const SOURCES: &str = "id,title,address,kind\ndata,A data set,https://example.org,facts\n";
const NO_PARTS: &str = "part,canonical_model,source\n";

fn parse(rows: &str, parts: &str) -> Result<Registry, RegistryError> {
    let text = format!("{HEADER}{rows}");
    Registry::parse(&RegistryFiles {
        date: "2026.01.02\n",
        models: &[RegistryFile {
            name: "cards.csv",
            text: &text,
        }],
        sources: RegistryFile {
            name: "sources.csv",
            text: SOURCES,
        },
        part_numbers: RegistryFile {
            name: "part-numbers.csv",
            text: parts,
        },
        disputes: RegistryFile {
            name: "disputes.csv",
            text: "canonical_model,field,value,source\n",
        },
    })
}

fn fault(rows: &str) -> String {
    parse(rows, NO_PARTS).unwrap_err().to_string()
}

const RTX_3080: &str = "RTX_3080,GeForce RTX 3080,GeForce RTX 3080,yes,nvidia,GeForce 30,2020,10,320,19,760,8704,1710,29.77,no,,,*=data\n";
const RTX_3080_12GB: &str = "RTX_3080_12GB,GeForce RTX 3080,GeForce RTX 3080,,nvidia,GeForce 30,2022,12,384,19,912,8960,1710,30.64,no,,,*=data\n";

#[test]
fn finds_models_by_canonical_name_old_name_and_product() {
    let second = RTX_3080_12GB.replace("no,,,", "no,,RTX_3080_LARGE,");
    let registry = parse(&format!("{RTX_3080}{second}"), NO_PARTS).unwrap();
    let id = registry.find("RTX_3080_12GB").unwrap();
    assert_eq!(registry.model(id).memory_gb, Some(12.0));
    assert_eq!(registry.find("RTX_3080_LARGE"), Some(id));
    assert_eq!(registry.find("RTX_3081"), None);
    assert_eq!(registry.variants("GeForce RTX 3080").len(), 2);
    assert_eq!(
        registry.default_variant("GeForce RTX 3080"),
        registry.find("RTX_3080")
    );
    assert_eq!(registry.source_of(id, "tdp_w").unwrap().title, "A data set");
}

#[test]
fn leaves_an_ambiguous_product_without_a_default_variant() {
    let registry = parse(
        &format!("{}{RTX_3080_12GB}", RTX_3080.replace(",yes,", ",,")),
        NO_PARTS,
    )
    .unwrap();
    assert_eq!(registry.default_variant("GeForce RTX 3080"), None);
}

#[test]
fn takes_an_empty_cell_for_unknown_and_refuses_zero() {
    let registry = parse(&RTX_3080.replace(",320,19,760,", ",,,,"), NO_PARTS).unwrap();
    assert_eq!(registry.models()[0].memory_bandwidth_gb_s, None);
    let message = fault(&RTX_3080.replace(",10,320,", ",0,320,"));
    assert_eq!(
        message,
        "cards.csv:2: `memory_gb` is `0`: what is unknown or none is an empty cell"
    );
}

#[test]
fn refuses_a_bandwidth_that_bus_and_rate_contradict() {
    let message = fault(&RTX_3080.replace(",760,", ",790,"));
    assert!(
        message.starts_with("cards.csv:2: bandwidth is 790 GB/s, but bus × rate / 8 is 760"),
        "{message}"
    );
}

#[test]
fn refuses_an_fp32_rate_that_shaders_and_clock_contradict() {
    assert!(fault(&RTX_3080.replace(",29.77,", ",40,")).contains("FP32 is 40 TFLOPS"));
}

#[test]
fn accepts_an_fp32_rate_that_counts_dual_issue() {
    assert!(parse(&RTX_3080.replace(",29.77,", ",59.54,"), NO_PARTS).is_ok());
}

#[test]
fn refuses_a_name_that_is_taken_and_says_in_which_line() {
    let twin = RTX_3080.replace(",yes,", ",,").replace(",10,", ",20,");
    assert_eq!(
        fault(&format!("{RTX_3080}{twin}")),
        "cards.csv:3: the name `RTX_3080` is taken"
    );
}

#[test]
fn refuses_an_alias_that_names_two_products() {
    let first = RTX_3080.replace("no,,,", "no,RTX Thirty,,");
    let second = first
        .replace("RTX_3080", "RTX_3090")
        .replace("RTX 3080", "RTX 3090");
    assert!(fault(&format!("{first}{second}")).contains("also names `GeForce RTX 3080`"));
}

#[test]
fn refuses_an_alias_that_is_the_name_of_another_product() {
    let other = RTX_3080
        .replace("RTX_3080", "RTX_3090")
        .replace("RTX 3080", "RTX 3090");
    let first = RTX_3080.replace("no,,,", "no,GeForce RTX-3090,,");
    assert!(fault(&format!("{first}{other}")).starts_with("cards.csv:2: alias"));
}

#[test]
fn refuses_a_memory_size_that_no_board_has() {
    assert_eq!(
        fault(&RTX_3080.replace(",10,320,", ",10.3,320,")),
        "cards.csv:2: no board has 10.3 GB"
    );
}

#[test]
fn refuses_a_source_that_is_not_listed() {
    assert_eq!(
        fault(&RTX_3080.replace("*=data", "*=hearsay")),
        "cards.csv:2: unknown source `hearsay`"
    );
}

#[test]
fn reads_part_numbers_in_any_spelling_of_their_dashes() {
    let parts = format!("{NO_PARTS}900-1G133-2530-000,RTX_3080,data\n");
    let registry = parse(RTX_3080, &parts).unwrap();
    assert_eq!(
        registry.part_number(&normalise_part_number("9001g133 2530000")),
        registry.find("RTX_3080")
    );
    assert_eq!(registry.part_number("9001G1332530001"), None);
}

#[test]
fn refuses_a_part_number_of_an_unknown_model() {
    let error = parse(RTX_3080, &format!("{NO_PARTS}900-1G133,RTX_1,data\n")).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("part-numbers.csv", 2));
}

#[test]
fn gives_another_version_to_other_content() {
    let version = |rows: &str| parse(rows, NO_PARTS).unwrap().version().to_owned();
    let first = version(RTX_3080);
    assert!(first.starts_with("2026.01.02-"), "{first}");
    assert_eq!(first, version(RTX_3080));
    assert_ne!(first, version(&RTX_3080.replace(",29.77,", ",29.78,")));
}

#[test]
fn a_users_file_replaces_and_adds_models_under_another_version() {
    let registry = parse(RTX_3080, NO_PARTS).unwrap();
    let text = format!(
        "{HEADER}{}{RTX_3080_12GB}",
        RTX_3080
            .replace(",29.77,", ",29.8,")
            .replace("=data", "=mine")
    );
    let overlaid = registry
        .with_models(RegistryFile {
            name: "mine.csv",
            text: &text,
        })
        .unwrap();
    let id = overlaid.find("RTX_3080").unwrap();
    assert_eq!(overlaid.model(id).fp32_tflops, Some(29.8));
    assert_eq!(overlaid.models().len(), 2);
    assert_eq!(overlaid.source_of(id, "fp32_tflops").unwrap().kind, "given");
    assert_ne!(overlaid.version(), registry.version());
}

#[test]
fn a_users_file_may_say_of_a_model_only_what_differs() {
    let text = "canonical_model,tdp_w,aliases,part_numbers\nL4,80,L4 edge card,MY-L4-0001\n";
    let overlaid = Registry::embedded()
        .with_models(RegistryFile {
            name: "mine.csv",
            text,
        })
        .unwrap();
    let plain = built_in("L4");
    let id = overlaid.find("L4").unwrap();
    let model = overlaid.model(id);
    assert_eq!(model.tdp_w, Some(80));
    assert_eq!(model.memory_bandwidth_gb_s, plain.memory_bandwidth_gb_s);
    assert!(model.aliases.contains(&"L4 edge card".to_owned()));
    assert_eq!(overlaid.source_of(id, "tdp_w").unwrap().kind, "given");
    assert_ne!(overlaid.source_of(id, "memory_gb").unwrap().kind, "given");
    assert_eq!(overlaid.part_number("MYL40001"), Some(id));
    assert_eq!(overlaid.models().len(), Registry::embedded().models().len());
}

#[test]
fn a_users_file_with_an_unknown_column_or_a_half_new_model_is_refused() {
    for (text, problem) in [
        ("canonical_model,tdp\nL4,80\n", "column `tdp` is not known"),
        (
            "model,tdp_w\nL4,80\n",
            "column `canonical_model` is missing",
        ),
        (
            "canonical_model,tdp_w\nMY_CARD,80\n",
            "the registry knows no `MY_CARD`, and a new model wants `model`",
        ),
        (
            "canonical_model,memory_bandwidth_gb_s\nL4,inf\n",
            "`memory_bandwidth_gb_s` is `inf`, not a positive number",
        ),
        (
            "canonical_model,tdp_w\nL4,-3\n",
            "`tdp_w` is `-3`, not a positive number",
        ),
        (
            "canonical_model,tdp_w\nL4,0\n",
            "`tdp_w` is `0`: what is unknown",
        ),
        (
            "canonical_model,tdp_w\nL4,80\nL4,81\n",
            "`L4` is on line 2 already",
        ),
        (
            "canonical_model,part_numbers\nL4,MY-L4-0001\nT4,MY-L4-0001\n",
            "part number `MY-L4-0001` is on line 2 already",
        ),
        (
            "canonical_model,aliases\nRTX_3090,RTX 4090\n",
            "also names `GeForce RTX 4090`",
        ),
        (
            "canonical_model,product\nRTX_3090,GeForce RTX 4090\n",
            "another card wants a canonical name of its own",
        ),
        (
            "canonical_model,model,product,vendor,family,memory_gb\nmy_card,My Card 77,My Card 77,nvidia,GeForce,8\n",
            "`my_card` is no canonical name",
        ),
    ] {
        let file = RegistryFile {
            name: "mine.csv",
            text,
        };
        let error = Registry::embedded().with_models(file).unwrap_err();
        assert!(error.problem.contains(problem), "{error}");
    }
}

#[test]
fn line_ends_do_not_change_the_version_of_a_users_file() {
    let version = |text: &str| {
        let file = RegistryFile {
            name: "mine.csv",
            text,
        };
        Registry::embedded()
            .with_models(file)
            .unwrap()
            .version()
            .to_owned()
    };
    let text = "canonical_model,tdp_w\nL4,80\n";
    assert_eq!(version(text), version(&text.replace('\n', "\r\n")));
}

#[test]
fn a_fault_in_a_users_file_names_that_file() {
    let text = format!("{HEADER}{}", RTX_3080.replace(",760,", ",70,"));
    let error = Registry::embedded()
        .with_models(RegistryFile {
            name: "mine.csv",
            text: &text,
        })
        .unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("mine.csv", 2));
}

/// A built-in model by name.
fn built_in(name: &str) -> &'static Model {
    let registry = Registry::embedded();
    registry.model(
        registry
            .find(name)
            .unwrap_or_else(|| panic!("{name} is missing")),
    )
}

#[test]
fn built_in_files_pass_every_check() {
    let registry = Registry::parse(&RegistryFiles::EMBEDDED).unwrap();
    assert!(
        registry.models().len() > 1000,
        "{}",
        registry.models().len()
    );
    assert!(
        registry.part_numbers().count() > 3000,
        "{}",
        registry.part_numbers().count()
    );
}

#[test]
fn built_in_boards_with_several_gpus_count_as_one_board() {
    for (name, memory_gb) in [
        ("K80", 24.0),
        ("M60", 16.0),
        ("M10", 32.0),
        ("A16", 64.0),
        ("GRID_K1", 16.0),
        ("GRID_K2", 8.0),
        ("GTX_690", 4.0),
    ] {
        assert_eq!(built_in(name).memory_gb, Some(memory_gb), "{name}");
    }
}

#[test]
fn built_in_names_of_older_databases_still_resolve() {
    for (old, canonical) in [
        ("A100_40GB_PCIE", "A100_PCIE_40GB"),
        ("RTX_4000_ADA_SFF", "RTX_4000_SFF_ADA"),
        ("GEFORCE_GT_1030", "GT_1030"),
        ("RTX_8000", "QUADRO_RTX_8000"),
        ("A1000", "A1000"),
        ("H200_PCIE", "H200_PCIE"),
        ("T2000", "T2000"),
    ] {
        assert_eq!(built_in(old).canonical_model, canonical);
    }
}

#[test]
fn built_in_ada_cards_have_neither_nvlink_nor_mig() {
    let ada = Registry::embedded()
        .models()
        .iter()
        .filter(|model| model.architecture.as_deref() == Some("Ada Lovelace"));
    assert!(ada.clone().count() > 20);
    for model in ada {
        assert_ne!(model.nvlink, Some(true), "{}", model.canonical_model);
        assert_eq!(model.mig_instances, None, "{}", model.canonical_model);
    }
}

#[test]
fn built_in_cards_with_4000_in_their_name_are_five_products() {
    let names = [
        "RTX_A4000",
        "RTX_4000_ADA",
        "RTX_4000_SFF_ADA",
        "QUADRO_RTX_4000",
        "RTX_PRO_4000_BLACKWELL",
    ];
    let mut products: Vec<&str> = names
        .iter()
        .map(|name| built_in(name).product.as_str())
        .collect();
    products.sort_unstable();
    products.dedup();
    assert_eq!(products.len(), 5);
}

#[test]
fn built_in_rates_are_dense() {
    assert_eq!(
        built_in("H100_SXM5_80GB").fp16_tensor_tflops_dense,
        Some(989.5)
    );
    assert_eq!(built_in("A100_SXM4_80GB").int8_tops_dense, Some(624.0));
    assert_eq!(built_in("RTX_4090").fp16_tensor_tflops_dense, Some(165.2));
}

#[test]
fn built_in_default_variants_go_without_saying_only_where_trade_agrees() {
    let registry = Registry::embedded();
    assert_eq!(
        registry.default_variant("GeForce RTX 3080"),
        registry.find("RTX_3080")
    );
    assert_eq!(registry.default_variant("GeForce GTX 1060"), None);
    assert_eq!(registry.default_variant("A100"), None);
}

#[test]
fn an_audit_tells_what_is_missing_unverified_and_disputed() {
    let registry = Registry::embedded();
    let findings = registry.audit();
    for finding in &findings {
        match finding.problem {
            Problem::Missing => assert_eq!(finding.value, None, "{finding:?}"),
            Problem::Unverified => {
                assert_eq!(
                    finding.source.map(|source| source.id.as_str()),
                    Some("unverified")
                );
            }
            Problem::Disputed => {
                let (other, source) = finding.other.expect("a dispute has two sides");
                assert_ne!(finding.value.as_deref(), Some(other));
                assert!(source.is_some());
            }
        }
    }
    // A card without matrix units lacks no matrix rate, and an SXM module no slots.
    let has = |name: &str, field: &str| {
        findings
            .iter()
            .any(|finding| finding.model.canonical_model == name && finding.field == field)
    };
    assert!(!has("GTX_1080", "fp16_tensor_tflops_dense"));
    assert!(!has("H100_SXM5_80GB", "slots"));
}
