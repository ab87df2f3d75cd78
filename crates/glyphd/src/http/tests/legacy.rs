//! The old program's interface, row by row of its table.

use super::*;

fn form(name: &str, body: &str) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: text/csv\r\n\r\n{body}\r\n--edge--\r\n"
    )
}

const FORM: [(&str, &str); 1] = [("content-type", "multipart/form-data; boundary=edge")];
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn assert_detail(answer: &Answered, status: StatusCode) {
    assert_eq!(answer.status, status, "{}", answer.json());
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    assert!(body["detail"].is_string(), "{body}");
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
}

#[tokio::test]
async fn health_and_versions_are_told() {
    let server = Server::new();
    let health = server.get("/api/health").await.json();
    assert_eq!(health, json!({"status": "ok"}));
    let versions = server.get("/api/schema/versions").await.json();
    assert_eq!(versions["supported_versions"], json!(["v1.0", "v1.1"]));
    assert_eq!(versions["current_version"], versions["default_version"]);
    let known = server.get("/api/schema/versions/v1.0").await.json();
    assert_eq!(known["supported"], true);
    let unknown = server.get("/api/schema/versions/v9").await.json();
    assert_eq!(unknown["supported"], false);
    assert_eq!(unknown["version"], "v9");
}

#[tokio::test]
async fn a_csv_file_is_imported() {
    let server = Server::new();
    let answer = server
        .ask("POST", "/api/import/csv", &FORM, &form("shop.csv", MARKET))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    let result = answer.json();
    assert_eq!(result["total_rows"], 5);
    assert_eq!(result["valid_rows"], 4);
    assert_eq!(result["invalid_rows"], 1);
    assert_eq!(result["record_count"], 3);
    assert_eq!(result["filename"], "shop.csv");
    assert_eq!(result["first_model"], "RTX_4090");
    assert_eq!(result["last_model"], "RTX_4090");
    assert_eq!(
        result["top_models"][0],
        json!({"model": "RTX_4090", "count": 2})
    );
    assert_eq!(result["rows_with_errors"][0]["row_index"], 3);
    assert_eq!(result["summary_stats"]["failed_rows"], 1);
    assert!(result["score_range"]["min"].as_f64() < result["score_range"]["max"].as_f64());
    let id = result["import_id"].as_str().unwrap();
    let listings = server.get(&format!("/api/listings?import_id={id}")).await;
    let indexes: Vec<u64> = listings
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|listing| listing["import_index"].as_u64().unwrap())
        .collect();
    assert_eq!(indexes, [0, 1, 4]);
    let again = server
        .ask("POST", "/api/import/csv", &FORM, &form("shop.csv", MARKET))
        .await;
    assert_eq!(again.json()["import_id"], id);
}

#[tokio::test]
async fn what_cannot_be_imported_is_the_client_s_mistake() {
    let server = Server::new();
    let text = server
        .ask("POST", "/api/import/csv", &FORM, &form("shop.txt", MARKET))
        .await;
    assert_detail(&text, StatusCode::BAD_REQUEST);
    let empty = server
        .ask("POST", "/api/import/csv", &FORM, &form("shop.csv", ""))
        .await;
    assert_detail(&empty, StatusCode::UNPROCESSABLE_ENTITY);
    let version = "/api/import/csv?schema_version=v7";
    let version = server
        .ask("POST", version, &FORM, &form("shop.csv", MARKET))
        .await;
    assert_detail(&version, StatusCode::BAD_REQUEST);
    assert!(
        version.json()["detail"]
            .as_str()
            .unwrap()
            .contains("v1.0, v1.1")
    );
}

#[tokio::test]
async fn listings_are_found_by_any_part_of_a_name() {
    let server = Server::new();
    server.import().await;
    let of = async |query: &str| -> Vec<String> {
        let answer = server.get(&format!("/api/listings?{query}")).await.json();
        let listings = answer.as_array().unwrap();
        listings
            .iter()
            .map(|listing| listing["canonical_model"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(of("model=4090").await, ["RTX_4090", "RTX_4090"]);
    assert_eq!(of("model=rtx%204090").await, ["RTX_4090", "RTX_4090"]);
    assert_eq!(of("model=a4000").await.len(), 1);
    assert_eq!(of("model=voodoo").await, [""; 0]);
    assert_eq!(of("min_price=1000").await.len(), 2);
    assert_eq!(of("limit=1&offset=1").await.len(), 1);
    for wrong in [
        "limit=0",
        "limit=1001",
        "min_price=2&max_price=1",
        "min_price=inf",
    ] {
        let answer = server.get(&format!("/api/listings?{wrong}")).await;
        assert_detail(&answer, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn posted_listings_are_numbered_by_the_server_or_by_the_client() {
    let server = Server::new();
    let listing = |model: &str, price: f64, index: Option<u64>| {
        let mut listing = json!({
            "canonical_model": model, "vram_gb": 24, "mig_support": 0, "nvlink": false, "tdp_watts": 72,
            "price": price, "score": 0.4,
        });
        if let Some(index) = index {
            listing["import_index"] = index.into();
        }
        listing
    };
    for address in ["/api/persist/listings", "/api/v1/listings"] {
        let body = json!([
            listing("L4", 2500.0, Some(1)),
            listing("RTX_4090", 1500.0, Some(0))
        ]);
        let answer = server.ask("POST", address, &JSON, &body.to_string()).await;
        assert!(answer.status.is_success(), "{}", answer.json());
        let id = answer.json()["import_id"].as_str().unwrap().to_owned();
        let listings = server
            .get(&format!("/api/listings?import_id={id}"))
            .await
            .json();
        assert_eq!(listings[0]["canonical_model"], "RTX_4090");
        assert_eq!(listings[0]["import_index"], 0);
        assert_eq!(listings[1]["canonical_model"], "L4");
        assert_eq!(listings[1]["import_index"], 1);
    }
    let unnumbered = json!([listing("L4", 2400.0, None), listing("L4", 2300.0, None)]);
    let answer = server
        .ask(
            "POST",
            "/api/persist/listings",
            &JSON,
            &unnumbered.to_string(),
        )
        .await;
    assert_eq!(answer.json()["record_count"], 2);
    for wrong in [
        json!([]),
        json!([listing("L4", 1.0, Some(0)), listing("L4", 2.0, None)]),
        json!([listing("L4", 1.0, Some(1)), listing("L4", 2.0, Some(2))]),
        json!([listing("L4", 1.0, Some(0)), listing("L4", 2.0, Some(0))]),
        json!([{"price": 1.0}]),
        json!([{"canonical_model": "L4", "price": "much"}]),
    ] {
        let answer = server
            .ask("POST", "/api/persist/listings", &JSON, &wrong.to_string())
            .await;
        assert_detail(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = server
            .ask("POST", "/api/v1/listings", &JSON, &wrong.to_string())
            .await;
        assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "body_invalid");
    }
}

#[tokio::test]
async fn models_and_report_are_of_the_database_as_it_is() {
    let server = Server::new();
    assert_eq!(server.get("/api/models").await.json(), json!([]));
    server.import().await;
    let models = server.get("/api/models").await.json();
    let found = models
        .as_array()
        .unwrap()
        .iter()
        .find(|model| model["model"] == "RTX_4090")
        .unwrap();
    assert_eq!(found["listing_count"], 2);
    assert_eq!(found["median_price"], 1574.0);
    assert_eq!(found["vram_gb"], 24.0);
    let report = server.get("/api/report").await.json();
    assert_eq!(report["summary_stats"]["num_listings"], 3);
    assert_eq!(report["top_ranked"].as_array().unwrap().len(), 3);
    assert!(
        report["markdown"]
            .as_str()
            .unwrap()
            .contains("| GeForce RTX 4090 |")
    );
    assert!(report["scoring_weights"]["memory"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn a_title_is_told_to_be_a_card_or_not() {
    let server = Server::new();
    let ask = async |title: &str| {
        let body = json!({ "title": title }).to_string();
        server
            .ask("POST", "/api/ml/is-gpu", &JSON, &body)
            .await
            .json()
    };
    let card = ask("NVIDIA RTX 4090 24GB").await;
    assert_eq!(card["ml_is_gpu"], true);
    assert!(card["ml_score"].as_f64().unwrap() > 0.9);
    assert_eq!(
        ask("A bag of screws").await,
        json!({"ml_is_gpu": false, "ml_score": 0.0})
    );
}

#[tokio::test]
async fn a_file_below_the_import_root_is_imported_and_no_other() {
    let server = Server::new();
    std::fs::write(
        server.folder.path().join("files/scored.csv"),
        "canonical_model,vram_gb,mig_support,nvlink,tdp_watts,price,score\n\
         RTX_4090,24,0,false,450,1599,81.2\nL4,24,0,false,72,2100,70.5\n",
    )
    .unwrap();
    std::fs::write(server.folder.path().join("beside.csv"), MARKET).unwrap();
    let body = |path: &str| {
        json!({
            "input_csv_path": path,
            "source_label": "nightly",
            "campaign_id": "c-7",
            "metadata": {"run": 3},
        })
        .to_string()
    };
    let address = "/api/imports/from-pipeline";
    let answer = server
        .ask("POST", address, &JSON, &body("scored.csv"))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    let result = answer.json();
    assert_eq!(result["record_count"], 2, "{result}");
    assert_eq!(result["first_model"], "RTX_4090");
    assert_eq!(result["last_model"], "L4");
    let import = server.get("/api/v1/imports/last").await.json();
    assert_eq!(import["source_name"], "nightly");
    let described: Value = serde_json::from_str(import["description"].as_str().unwrap()).unwrap();
    assert_eq!(
        described,
        json!({"campaign_id": "c-7", "metadata": {"run": 3}})
    );

    let missing = server
        .ask("POST", address, &JSON, &body("missing.csv"))
        .await;
    assert_detail(&missing, StatusCode::NOT_FOUND);
    for forbidden in ["../beside.csv", "/etc/passwd", "/dev/zero", "."] {
        let answer = server.ask("POST", address, &JSON, &body(forbidden)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{forbidden}");
        assert_eq!(answer.body, missing.body, "{forbidden}");
    }
}

fn artifact(name: &str, body: &str, save: bool) -> String {
    format!(
        "--edge\r\ncontent-disposition: form-data; name=\"save_to_disk\"\r\n\r\n{save}\r\n{}",
        form(name, body)
    )
}

#[tokio::test]
async fn an_artifact_is_looked_at_and_not_imported() {
    let server = Server::new();
    let address = "/api/ingest/upload-artifact";
    let yaml =
        "- title: NVIDIA L4 24GB\n  price: 2100\n- title: NVIDIA RTX A4000 16GB\n  price: 550\n";
    let json = r#"[{"title": "NVIDIA L4 24GB", "price": "2100"}]"#;
    for (name, body, kind, rows, valid) in [
        ("shop.csv", MARKET, "csv", 5, false),
        ("shop.json", json, "json", 1, true),
        ("shop.yaml", yaml, "yaml", 2, true),
        ("shop.YML", "title: [", "yaml", 0, false),
        ("text.yml", "just words", "yaml", 0, false),
        ("shop.json", "{\"title\": ", "json", 0, false),
    ] {
        let answer = server
            .ask("POST", address, &FORM, &artifact(name, body, false))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.json());
        let found = answer.json();
        assert_eq!(found["type"], kind, "{found}");
        assert_eq!(found["rows"], rows, "{found}");
        assert_eq!(found["valid"], valid, "{found}");
        assert_eq!(found["file_size"], body.len(), "{found}");
        assert_eq!(found["saved_to_disk"], false);
        assert_eq!(
            found["errors"].as_array().unwrap().is_empty(),
            valid,
            "{found}"
        );
    }
    let wrong = server
        .ask("POST", address, &FORM, &artifact("a.exe", "x", false))
        .await;
    assert_detail(&wrong, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = server
        .ask(
            "POST",
            address,
            &FORM,
            &artifact("../shop.csv", MARKET, true),
        )
        .await
        .json();
    assert_eq!(kept["saved_to_disk"], true, "{kept}");
    let path = kept["saved_path"].as_str().unwrap();
    let bytes = std::fs::read(server.folder.path().join("files").join(path)).unwrap();
    assert_eq!(bytes, MARKET.as_bytes());
    let imports = server.get("/api/v1/imports").await.json();
    assert_eq!(imports["items"], json!([]));
}

#[tokio::test]
async fn changes_of_price_are_told_with_those_that_the_old_program_found() {
    let server = Server::new();
    let old = rusqlite::Connection::open(server.path()).unwrap();
    old.execute_batch(
        "INSERT INTO listing_snapshots (id, model, price_usd, score, seen_at, region, source_url) VALUES
           (1, 'L4', 2000, 60, '2025-01-01 00:00:00', 'US', 'https://north.example/l4'),
           (2, 'L4', 1500, 70, '2025-02-01 00:00:00', 'US', 'https://north.example/l4');
         INSERT INTO listing_deltas (id, current_snapshot_id, previous_snapshot_id, price_delta, price_delta_pct,
           score_delta, model, region, source_url, timestamp) VALUES
           (7, 2, 1, -500, -25, 10, 'L4', 'US', 'https://north.example/l4', '2025-02-01 00:00:00');",
    )
    .unwrap();
    drop(old);
    for (seen_at, body) in [
        ("2026-01-01T00:00:00Z", MARKET.to_owned()),
        ("2026-01-02T00:00:00Z", MARKET.replace("549.99", "604.99")),
    ] {
        let address = format!("/api/v1/imports?name=shop.csv&seen_at={seen_at}");
        server.post_csv(&address, &body).await;
    }
    let list = async |parameters: &str| -> Vec<Value> {
        let answer = server
            .get(&format!("/api/forecast/deltas{parameters}"))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
        answer.json().as_array().unwrap().clone()
    };
    let all = list("").await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[0]["model"], "RTX_A4000");
    assert_eq!(all[0]["price_delta"], 55.0);
    assert_eq!(all[0]["timestamp"], "2026-01-02T00:00:00Z");
    let id = all[0]["id"].as_i64().unwrap();
    assert_eq!(
        all[1],
        json!({
            "id": 7,
            "model": "L4",
            "price_delta": -500.0,
            "price_delta_pct": -25.0,
            "score_delta": 10.0,
            "region": "US",
            "source_url": "https://north.example/l4",
            "timestamp": "2025-02-01T00:00:00",
            "current_snapshot_id": 2,
            "previous_snapshot_id": 1,
        })
    );
    for (parameters, models) in [
        ("?model=rtx+a4000", vec!["RTX_A4000"]),
        ("?model=l4", vec!["L4"]),
        ("?model=nothing", vec![]),
        ("?min_price_change_pct=20", vec!["L4"]),
        ("?after=2025-06-01T00:00:00", vec!["RTX_A4000"]),
        ("?region=US", vec!["L4"]),
        ("?limit=1", vec!["RTX_A4000"]),
    ] {
        let found = list(parameters).await;
        let found: Vec<&str> = found
            .iter()
            .map(|delta| delta["model"].as_str().unwrap())
            .collect();
        assert_eq!(found, models, "{parameters}");
    }
    for (id, prices) in [(7, [1500.0, 2000.0]), (id, [604.99, 549.99])] {
        let one = server.get(&format!("/api/forecast/deltas/{id}")).await;
        let one = one.json();
        assert_eq!(one["id"], id);
        assert_eq!(one["current_snapshot"]["price_usd"], prices[0], "{one}");
        assert_eq!(one["previous_snapshot"]["price_usd"], prices[1]);
        assert_eq!(one["current_snapshot_id"], one["current_snapshot"]["id"]);
    }
    for missing in ["8", "1000000999999"] {
        let answer = server.get(&format!("/api/forecast/deltas/{missing}")).await;
        assert_detail(&answer, StatusCode::NOT_FOUND);
    }
    let wrong = server.get("/api/forecast/deltas?limit=0").await;
    assert_detail(&wrong, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_csv_file_is_utf8_and_its_version_a_known_one() {
    let server = Server::new();
    let send = async |name: &str, body: Vec<u8>, version: &str| {
        let mut whole = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"schema_version\"\r\n\r\n{version}\r\n\
             --edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        whole.extend(body);
        whole.extend(b"\r\n--edge--\r\n");
        let request = Request::post("/api/import/csv")
            .header("host", "localhost")
            .header(FORM[0].0, FORM[0].1)
            .body(Body::from(whole))
            .unwrap();
        server.send(request).await
    };
    let market = MARKET.as_bytes().to_vec();
    let unknown = send("shop.csv", market.clone(), "v9").await;
    assert_detail(&unknown, StatusCode::BAD_REQUEST);
    let mut latin = market.clone();
    latin.extend(b"caf\xe9,1\n");
    let latin = send("shop.csv", latin, "v1.0").await;
    assert_detail(&latin, StatusCode::UNPROCESSABLE_ENTITY);
    // A letter across the pieces that the file is read in.
    let mut long = market.clone();
    long.resize(256 * 1024 - 1, b'\n');
    long.extend("ü,1\n".as_bytes());
    let long = send("shop.csv", long, "v1.0").await;
    assert_eq!(long.status, StatusCode::OK, "{}", long.json());
}
