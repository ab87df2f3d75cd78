//! Files taken in, undone, repaired, compared.

use super::*;

#[tokio::test]
async fn an_upload_becomes_an_import_with_every_row_accounted_for() {
    let server = Server::new();
    let answer = server
        .post_csv("/api/v1/imports?name=market.csv", MARKET)
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let report = answer.json();
    assert_eq!(report["state"], "done");
    assert_eq!(report["total_rows"], 5);
    assert_eq!(report["scored_rows"], 3);
    assert_eq!(report["unmatched_rows"], 1);
    assert_eq!(report["rejected_rows"], 1);
    assert_eq!(report["source_name"], "market.csv");
    assert_eq!(report["errors_by_code"], json!({"price_on_request": 1}));
    let place = answer.header("location");
    let import = server.get(place).await.json();
    assert_eq!(import["import_id"], report["import_id"]);
    let rows = server.get(&format!("{place}/rows")).await.json();
    assert_eq!(indexes(&rows), [0, 1, 2, 3, 4]);
    let unmatched = server.get(&format!("{place}/unmatched")).await.json();
    assert_eq!(indexes(&unmatched), [2]);
    let rejects = server.get(&format!("{place}/rejects")).await.json();
    assert_eq!(indexes(&rejects), [3]);
    let reject = &rejects["items"][0];
    let start = reject["byte_start"].as_u64().unwrap() as usize;
    let length = reject["byte_len"].as_u64().unwrap() as usize;
    assert_eq!(MARKET.get(start..start + length).unwrap(), reject["raw"]);
    assert_eq!(reject["line_start"], 5);
}

#[tokio::test]
async fn the_same_bytes_are_one_import() {
    let server = Server::new();
    let first = server.import().await;
    let again = server.post_csv("/api/v1/imports", MARKET).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.json()["state"], "duplicate");
    assert_eq!(again.json()["import_id"], first);
    let forced = server.post_csv("/api/v1/imports?force=true", MARKET).await;
    assert_eq!(forced.status, StatusCode::CREATED);
    assert_ne!(forced.json()["import_id"], first);
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let server = Server::new();
    let answer = server
        .post_csv("/api/v1/imports?dry_run=true", MARKET)
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["state"], "dry_run");
    assert_eq!(answer.json()["scored_rows"], 3);
    let imports = server.get("/api/v1/imports").await.json();
    assert_eq!(imports["items"], json!([]));
}

#[tokio::test]
async fn a_form_with_a_file_is_an_upload_too() {
    let server = Server::new();
    let body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"shop.csv\"\r\n\
         content-type: text/csv\r\n\r\n{MARKET}\r\n--edge--\r\n"
    );
    let form = [("content-type", "multipart/form-data; boundary=edge")];
    let answer = server.ask("POST", "/api/v1/imports", &form, &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    assert_eq!(answer.json()["source_name"], "shop.csv");
    assert_eq!(answer.json()["total_rows"], 5);
    let wrong = body.replace("name=\"file\"", "name=\"csv\"");
    let answer = server.ask("POST", "/api/v1/imports", &form, &wrong).await;
    assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "body_invalid");
}

#[tokio::test]
async fn an_import_that_the_client_does_not_wait_for_is_a_job() {
    let server = Server::new();
    let prefer = [("content-type", "text/csv"), ("prefer", "respond-async")];
    let answer = server.ask("POST", "/api/v1/imports", &prefer, MARKET).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let place = answer.header("location").to_owned();
    // The events end with the job.
    let events = server.get(&format!("{place}/events")).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    let events = String::from_utf8(events.body).unwrap();
    assert!(events.contains("event: progress"), "{events}");
    let job = server.get(&place).await.json();
    assert_eq!(job["state"], "done");
    assert_eq!(job["rows"], 5);
    assert_eq!(job["report"]["scored_rows"], 3);
    let jobs = server.get("/api/v1/jobs").await.json();
    assert_eq!(jobs["items"][0]["id"], job["id"]);
    let cancelled = server.ask("DELETE", &place, &[], "").await;
    assert_problem(&cancelled, StatusCode::CONFLICT, "job_ended");
}

#[tokio::test]
async fn an_import_is_undone_once() {
    let server = Server::new();
    let id = server.import().await;
    let place = format!("/api/v1/imports/{id}");
    let undone = server.ask("DELETE", &place, &[], "").await;
    assert_eq!(undone.status, StatusCode::OK);
    assert_eq!(undone.json()["state"], "undone");
    assert_eq!(undone.json()["scored_rows"], 3);
    let listings = server.get("/api/v1/listings").await.json();
    assert_eq!(listings["items"], json!([]));
    let again = server.ask("DELETE", &place, &[], "").await;
    assert_problem(&again, StatusCode::CONFLICT, "import_not_in_force");
}

#[tokio::test]
async fn rejects_are_downloaded_mended_and_sent_back() {
    let server = Server::new();
    let id = server.import().await;
    let file = server
        .get(&format!("/api/v1/imports/{id}/rejects/file"))
        .await;
    assert_eq!(file.header("content-type"), "text/csv");
    assert!(file.header("content-disposition").contains(&id));
    let mended = String::from_utf8(file.body)
        .unwrap()
        .replace("call us", "2100.00");
    let repair = server
        .post_csv(&format!("/api/v1/imports/{id}/repair"), &mended)
        .await;
    assert_eq!(repair.status, StatusCode::OK, "{}", repair.json());
    assert_eq!(repair.json()["scored"], 1);
    let rows = server
        .get(&format!("/api/v1/imports/{id}/rows"))
        .await
        .json();
    assert_eq!(indexes(&rows), [0, 1, 2, 3, 4]);
    assert_eq!(rows["items"][3]["outcome"], "scored");
    let again = server
        .post_csv(&format!("/api/v1/imports/{id}/repair"), &mended)
        .await;
    assert_problem(&again, StatusCode::CONFLICT, "nothing_to_repair");
}

#[tokio::test]
async fn imports_are_compared_and_scored_again() {
    let server = Server::new();
    let old = server.import().await;
    let dearer = MARKET.replace("1599.00", "1699.00");
    let answer = server.post_csv("/api/v1/imports", &dearer).await;
    let new = answer.json()["import_id"].as_str().unwrap().to_owned();
    let difference = server
        .get(&format!("/api/v1/imports/{old}/diff/{new}"))
        .await
        .json();
    assert_eq!(difference["price_changes"][0]["old_price"], 1599.0);
    assert_eq!(difference["price_changes"][0]["new_price"], 1699.0);
    assert_eq!(difference["price_changes"].as_array().unwrap().len(), 1);
    let rescored = server
        .ask(
            "POST",
            &format!("/api/v1/imports/{new}/rescore?profile=legacy"),
            &[],
            "",
        )
        .await;
    assert_eq!(rescored.json()["rows"], 3);
    assert_eq!(rescored.json()["changed"], 3);
    for dry_run in ["true", "false"] {
        let rematch = format!("/api/v1/imports/{old}/rematch?dry_run={dry_run}");
        let rematched = server.ask("POST", &rematch, &[], "").await;
        assert_eq!(rematched.status, StatusCode::OK, "{}", rematched.json());
        assert_eq!(rematched.json()["rows"], 4);
        assert_eq!(rematched.json()["changed"], 0);
    }
}

#[tokio::test]
async fn imports_that_come_at_once_are_taken_one_after_the_other() {
    let server = Arc::new(Server::new());
    let mut sent = tokio::task::JoinSet::new();
    for number in 0..20 {
        let server = Arc::clone(&server);
        sent.spawn(async move {
            let csv = format!("title,price\nNVIDIA L4 24GB,{}\n", 2000 + number);
            server.post_csv("/api/v1/imports", &csv).await.status
        });
    }
    let statuses = sent.join_all().await;
    assert!(statuses.iter().all(|status| *status == StatusCode::CREATED));
    let listings = server.get("/api/v1/listings").await.json();
    assert_eq!(listings["items"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn requests_and_rows_are_counted() {
    let server = Server::new();
    let id = server.import().await;
    server.get(&format!("/api/v1/imports/{id}")).await;
    server.get("/api/v1/imports/zzz").await;
    server.get("/nowhere").await;
    let metrics = server.get("/metrics").await;
    assert!(
        metrics
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    let text = String::from_utf8(metrics.body).unwrap();
    for line in [
        r#"glyphd_http_requests_total{method="POST",route="/api/v1/imports",status="201"} 1"#,
        r#"glyphd_http_requests_total{method="GET",route="/api/v1/imports/{import_id}",status="200"} 1"#,
        r#"glyphd_http_requests_total{method="GET",route="/api/v1/imports/{import_id}",status="404"} 1"#,
        r#"glyphd_http_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"glyphd_http_request_duration_seconds_count{route="/api/v1/imports"} 1"#,
        r#"glyphd_rows_total{outcome="scored"} 3"#,
        r#"glyphd_rows_total{outcome="rejected"} 1"#,
        r#"glyphd_rejected_rows_total{code="price_on_request"} 1"#,
        "glyphd_jobs 0",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(!text.contains("glyphd_database_bytes 0\n"), "{text}");
}

#[tokio::test]
async fn the_rows_of_an_import_are_downloaded_as_files() {
    let server = Server::new();
    let formula = MARKET.replace("A bag of screws", "=2+3");
    let answer = server.post_csv("/api/v1/imports", &formula).await;
    let id = answer.json()["import_id"].as_str().unwrap().to_owned();
    let address = format!("/api/v1/imports/{id}/rows/file");
    let csv = server.get(&address).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.header("content-disposition").contains(&id));
    let csv = String::from_utf8(csv.body).unwrap();
    assert_eq!(csv.lines().count(), 6);
    assert!(csv.contains("'=2+3"), "{csv}");
    let lines = server.get(&format!("{address}?format=jsonl")).await;
    let lines = String::from_utf8(lines.body).unwrap();
    let indexes: Vec<u64> = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["import_index"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4]);
    let parquet = server.get(&format!("{address}?format=parquet")).await;
    assert!(parquet.body.starts_with(b"PAR1"));
}
