//! Questions: pages, single listings, models, titles.

use std::fmt::Write;
use std::io::Read;

use super::*;

#[tokio::test]
async fn pages_of_listings_follow_each_other_while_imports_come_and_go() {
    let server = Server::new();
    server.import().await;
    let all = server.get("/api/v1/listings?sort=price").await.json();
    let prices = |page: &Value| -> Vec<f64> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["price"].as_f64().unwrap())
            .collect()
    };
    assert_eq!(prices(&all), [549.99, 1549.0, 1599.0]);
    assert!(all.get("next").is_none());
    for sort in ["score", "price", "price_desc", "per_gb", "newest", "row"] {
        let whole = server.get(&format!("/api/v1/listings?sort={sort}")).await;
        let mut address = format!("/api/v1/listings?sort={sort}&limit=1");
        let mut walked = Vec::new();
        let mut others = Vec::new();
        loop {
            let page = server.get(&address).await.json();
            walked.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page.get("next") else { break };
            // Cheaper and better than all others: an offset would now count wrong.
            let csv = format!("title,price\nNVIDIA L4 24GB,{}\n", 10 + walked.len());
            let other = server
                .post_csv(&format!("/api/v1/imports?name={sort}"), &csv)
                .await;
            others.push(other.json()["import_id"].as_str().unwrap().to_owned());
            address = format!(
                "/api/v1/listings?sort={sort}&limit=1&cursor={}",
                next.as_str().unwrap()
            );
            if walked.len() == whole.json()["items"].as_array().unwrap().len() {
                break;
            }
        }
        assert_eq!(
            &walked,
            whole.json()["items"].as_array().unwrap(),
            "sorted by {sort}"
        );
        for other in others {
            let undone = server
                .ask("DELETE", &format!("/api/v1/imports/{other}"), &[], "")
                .await;
            assert_eq!(undone.status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_leads_nowhere() {
    let server = Server::new();
    server.import().await;
    let page = server.get("/api/v1/listings?sort=price&limit=1").await;
    let next = page.json()["next"].as_str().unwrap().to_owned();
    for cursor in [next.as_str(), "", "p", "pzz", "p1-", "p1-xyz", "🙂"] {
        let answer = server
            .get(&format!(
                "/api/v1/listings?sort=score&cursor={}",
                cursor.replace('🙂', "%F0%9F%99%82")
            ))
            .await;
        assert_problem(&answer, StatusCode::NOT_FOUND, "cursor_unknown");
    }
}

#[tokio::test]
async fn rows_come_in_pages_by_their_numbers() {
    let server = Server::new();
    let id = server.import().await;
    let mut address = format!("/api/v1/imports/{id}/rows?limit=2");
    let mut walked = Vec::new();
    loop {
        let page = server.get(&address).await.json();
        walked.extend(indexes(&page));
        let Some(next) = page.get("next") else { break };
        let next = next.as_str().unwrap();
        address = format!("/api/v1/imports/{id}/rows?limit=2&cursor={next}");
    }
    assert_eq!(walked, [0, 1, 2, 3, 4]);
    let scored = server
        .get(&format!("/api/v1/imports/{id}/rows?outcome=scored&limit=2"))
        .await
        .json();
    assert_eq!(indexes(&scored), [0, 1]);
    assert_eq!(scored["next"], "4");
}

#[tokio::test]
async fn a_listing_shows_where_its_model_and_score_come_from() {
    let server = Server::new();
    server.import().await;
    let best = server.get("/api/v1/listings?limit=1").await.json();
    let id = best["items"][0]["id"].as_i64().unwrap();
    let listing = server.get(&format!("/api/v1/listings/{id}")).await.json();
    assert_eq!(
        listing["canonical_model"],
        best["items"][0]["canonical_model"]
    );
    assert!(!listing["evidence"].as_array().unwrap().is_empty());
    let points: f64 = listing["score_terms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|term| term["points"].as_f64().unwrap())
        .sum();
    assert!((points - listing["score"].as_f64().unwrap()).abs() < 1e-6);
}

#[tokio::test]
async fn an_answer_that_has_not_changed_is_not_sent_again() {
    let server = Server::new();
    server.import().await;
    for address in ["/api/v1/listings?limit=2", "/api/v1/imports/last"] {
        let first = server.get(address).await;
        let tag = first.header("etag").to_owned();
        let known = [("if-none-match", tag.as_str())];
        let again = server.ask("GET", address, &known, "").await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(again.body.is_empty());
    }
    let tag = server.get("/api/v1/listings?limit=2").await;
    let tag = tag.header("etag").to_owned();
    let cheaper = "title,price\nNVIDIA RTX 4090 24GB,99\n";
    server.post_csv("/api/v1/imports", cheaper).await;
    let known = [("if-none-match", tag.as_str())];
    let changed = server
        .ask("GET", "/api/v1/listings?limit=2", &known, "")
        .await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(changed.json()["items"][0]["price"], 99.0);
}

#[tokio::test]
async fn titles_are_matched_as_on_the_command_line() {
    let server = Server::new();
    let json = [("content-type", "application/json")];
    let body = r#"{"titles": ["NVIDIA RTX 4090 24GB", "A bag of screws"]}"#;
    let answer = server.ask("POST", "/api/v1/match", &json, body).await;
    assert_eq!(answer.status, StatusCode::OK);
    let items = answer.json()["items"].clone();
    assert_eq!(items[0]["canonical_model"], "RTX_4090");
    assert_eq!(items[0]["kind"], "gpu_card");
    assert_eq!(items[1]["kind"], "not_gpu");
    for (body, pointer) in [
        (r#"{"titles": ["a", 3]}"#, "/titles/1"),
        (r#"{"titles": [], "more": 1}"#, "/more"),
    ] {
        let answer = server.ask("POST", "/api/v1/match", &json, body).await;
        assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "body_invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    let form = [("content-type", "text/plain")];
    let answer = server.ask("POST", "/api/v1/match", &form, body).await;
    assert_problem(
        &answer,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media_type_unsupported",
    );
}

#[tokio::test]
async fn models_have_specs_and_prices() {
    let server = Server::new();
    server.import().await;
    let model = server.get("/api/v1/models/rtx_4090").await.json();
    assert_eq!(model["canonical_model"], "RTX_4090");
    assert_eq!(model["listing_count"], 2);
    assert_eq!(model["min_price"], 1549.0);
    assert_eq!(model["specs"]["memory_gb"], 24.0);
    let listed = server.get("/api/v1/models?listed=true").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let all = server.get("/api/v1/models").await.json();
    assert!(all["items"].as_array().unwrap().len() > 1000);
}

/// Ids are given again after an undo: the import in the cursor tells that the listing is gone.
#[tokio::test]
async fn a_cursor_in_row_order_does_not_outlive_its_import() {
    let server = Server::new();
    let id = server.import().await;
    let page = server.get("/api/v1/listings?sort=row&limit=2").await.json();
    let next = page["next"].as_str().unwrap().to_owned();
    let address = format!("/api/v1/listings?sort=row&limit=2&cursor={next}");
    assert_eq!(server.get(&address).await.status, StatusCode::OK);
    server
        .ask("DELETE", &format!("/api/v1/imports/{id}"), &[], "")
        .await;
    server.import().await;
    assert_problem(
        &server.get(&address).await,
        StatusCode::NOT_FOUND,
        "cursor_unknown",
    );
}

#[tokio::test]
async fn a_page_of_large_records_ends_before_its_limit() {
    let server = Server::with(Limits {
        answer_at_once_bytes: 64 << 20,
        ..Limits::default()
    });
    let row = ["NVIDIA L4,call us,", &"x".repeat(3 << 20), "\n"].concat();
    let csv = ["title,price,notes\n", &row, &row, &row, &row].concat();
    let answer = server.post_csv("/api/v1/imports", &csv).await;
    let id = answer.json()["import_id"].as_str().unwrap().to_owned();
    for list in ["rejects", "rows"] {
        let mut address = format!("/api/v1/imports/{id}/{list}?limit=1000");
        let mut pages = Vec::new();
        loop {
            let page = server.get(&address).await.json();
            pages.push(indexes(&page));
            let Some(next) = page.get("next") else { break };
            let next = next.as_str().unwrap();
            address = format!("/api/v1/imports/{id}/{list}?limit=1000&cursor={next}");
        }
        assert_eq!(pages.concat(), [0, 1, 2, 3]);
        assert_eq!(pages.len(), 2, "{list}");
    }
}

#[tokio::test]
async fn what_is_found_comes_as_a_file_in_every_format() {
    let server = Server::new();
    server
        .post_csv(
            "/api/v1/imports",
            &MARKET.replace("Northwind", "=HYPERLINK(1)"),
        )
        .await;
    let address = "/api/v1/listings?sort=price&model=RTX_4090";
    let csv = server.get(&format!("{address}&format=csv")).await;
    assert_eq!(csv.status, StatusCode::OK);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let disposition = "attachment; filename=\"listings.csv\"";
    assert_eq!(csv.header("content-disposition"), disposition);
    let mut reader = csv::Reader::from_reader(&*csv.body);
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(&rows[0][place("price")], "1549");
    assert_eq!(&rows[1][place("price")], "1599");
    assert_eq!(&rows[1][place("import_index")], "0");
    assert_eq!(&rows[1][place("seller")], "'=HYPERLINK(1)");

    let lines = server.get(&format!("{address}&format=jsonl")).await;
    let lines = String::from_utf8(lines.body).unwrap();
    let items: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(items.len(), 2);
    assert_eq!(items[1]["seller"], "=HYPERLINK(1)");
    assert!(items[0]["evidence"].is_array());

    let parquet = server.get(&format!("{address}&format=parquet")).await;
    assert_eq!(&parquet.body[..4], b"PAR1");
    let packed = server
        .ask(
            "GET",
            &format!("{address}&format=jsonl"),
            &[("accept-encoding", "gzip")],
            "",
        )
        .await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(&*packed.body)
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked.lines().count(), 2);
    let one = server.get(&format!("{address}&format=jsonl&limit=1")).await;
    assert_eq!(String::from_utf8(one.body).unwrap().lines().count(), 1);
    let wrong = server.get(&format!("{address}&format=xlsx")).await;
    assert_problem(&wrong, StatusCode::BAD_REQUEST, "parameter_invalid");
}

#[tokio::test]
async fn an_offer_has_a_history_and_an_import_has_changes() {
    let server = Server::new();
    let import = async |name: &str, seen_at: &str, body: &str| {
        let address = format!("/api/v1/imports?name={name}&seen_at={seen_at}");
        let answer = server.post_csv(&address, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
        answer.json()["import_id"].as_str().unwrap().to_owned()
    };
    let first = import("shop.csv", "2026-01-01T00:00:00Z", MARKET).await;
    import(
        "other.csv",
        "2026-01-02T00:00:00Z",
        "title,price\nNVIDIA L4 24GB,2000\n",
    )
    .await;
    let cheaper = MARKET
        .replace("549.99", "439.99")
        .replace("NVIDIA RTX 4090 24GB,1549.00,used,US,Contoso\n", "");
    let second = import("shop.csv", "2026-01-03T00:00:00Z", &cheaper).await;

    let all = server.get("/api/v1/deltas").await.json();
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{all}");
    assert_eq!(items[0]["kind"], "price");
    assert_eq!(items[0]["old_import"], first);
    assert_eq!(items[0]["new_import"], second);
    assert_eq!(items[0]["found_at"], "2026-01-03T00:00:00Z");
    assert_eq!(items[0]["price_change"], -110.0);
    let percent = items[0]["price_change_percent"].as_f64().unwrap();
    assert!((percent + 20.0004).abs() < 0.001, "{percent}");
    assert!(items[0]["score_change"].as_f64().unwrap() > 0.0);
    assert_eq!(items[1]["kind"], "gone");
    assert_eq!(items[1]["old"]["price"], 1549.0);
    assert!(items[1].get("new").is_none());

    // Page by page.
    let page = server.get("/api/v1/deltas?limit=1").await.json();
    let next = page["next"].as_str().unwrap();
    let page = server
        .get(&format!("/api/v1/deltas?limit=1&cursor={next}"))
        .await
        .json();
    assert_eq!(page["items"][0]["kind"], "gone");
    assert!(page["next"].is_null());
    for (parameters, count) in [
        ("kind=gone", 1),
        ("min_percent=20", 1),
        ("min_percent=21", 0),
        ("model=rtx_a4000", 1),
        ("model=RTX_4090&kind=price", 0),
        ("region=EU", 0),
        ("source=other.csv", 0),
        ("import_id=last", 2),
        ("after=2026-01-03T00:00:00Z", 0),
    ] {
        let found = server.get(&format!("/api/v1/deltas?{parameters}")).await;
        let found = found.json();
        assert_eq!(
            found["items"].as_array().unwrap().len(),
            count,
            "{parameters}"
        );
    }
    for wrong in [
        "min_percent=-1",
        "min_percent=",
        "after=yesterday",
        "kind=up",
        "kind=",
    ] {
        let answer = server.get(&format!("/api/v1/deltas?{wrong}")).await;
        assert_problem(&answer, StatusCode::BAD_REQUEST, "parameter_invalid");
    }
    let unknown = server.get("/api/v1/deltas?cursor=x-1").await;
    assert_problem(&unknown, StatusCode::NOT_FOUND, "cursor_unknown");

    let id = items[0]["new"]["id"].as_i64().unwrap();
    let detail = server.get(&format!("/api/v1/listings/{id}")).await.json();
    let history = detail["history"].as_array().unwrap();
    assert_eq!(history.len(), 2, "{detail}");
    assert_eq!(history[0]["price"], 549.99);
    assert_eq!(history[0]["seen_at"], "2026-01-01T00:00:00Z");
    assert_eq!(history[1]["listing_id"], id);
    assert_eq!(history[1]["source_name"], "shop.csv");
}

#[tokio::test]
async fn a_report_adds_up() {
    let server = Server::new();
    let empty = server.get("/api/v1/report").await.json();
    assert_eq!(empty["listings"], 0);
    assert!(empty.get("named_share").is_none());
    server.import().await;
    let report = server.get("/api/v1/report").await.json();
    assert_eq!(report["total_rows"], 5);
    assert_eq!(report["scored_rows"], 3);
    assert_eq!(report["unmatched_rows"], 1);
    assert_eq!(report["rejected_rows"], 1);
    assert_eq!(report["named_share"], 0.75);
    assert_eq!(report["listings"], 3);
    assert_eq!(report["min_price"], 549.99);
    assert_eq!(report["max_price"], 1599.0);
    assert_eq!(report["models"].as_array().unwrap().len(), 2);
    let scores: Vec<f64> = report["best_offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| offer["score"].as_f64().unwrap())
        .collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_takes_is_given_up() {
    let server = Server::new();
    let mut rows = String::from("title,price\n");
    for row in 0..4000 {
        writeln!(rows, "NVIDIA L4 24GB number {row},{}", 2000 + row).unwrap();
    }
    let answer = server.post_csv("/api/v1/imports", &rows).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let request = Request::get("/api/v1/listings?format=jsonl")
        .header("host", "localhost")
        .body(Body::empty())
        .unwrap();
    let response = server.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    tokio::time::sleep(Limits::default().idle * 2).await;
    // What comes of it breaks off, so that nobody takes a part for the whole.
    response.into_body().collect().await.unwrap_err();
    let whole = server.get("/api/v1/listings?format=jsonl").await;
    assert!(whole.body.len() > 1_000_000);
}
