//! Jobs, and requests that come twice.

use glyph_store::service::JobRecord;
use glyph_store::store::Store;

use super::*;

async fn import_once(server: &Server, key: &str, address: &str, body: &str) -> Answered {
    let headers = [("content-type", "text/csv"), ("idempotency-key", key)];
    server.ask("POST", address, &headers, body).await
}

#[tokio::test]
async fn the_same_request_with_its_key_gives_the_first_answer_again() {
    let server = Server::new();
    let address = "/api/v1/imports?force=true";
    let first = import_once(&server, "k1", address, MARKET).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let again = import_once(&server, "k1", address, MARKET).await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.json(), first.json());
    assert_eq!(again.header("location"), first.header("location"));
    let imports = server.get("/api/v1/imports").await.json();
    assert_eq!(imports["items"].as_array().unwrap().len(), 1);
    let other_key = import_once(&server, "k2", address, MARKET).await;
    assert_ne!(other_key.json()["import_id"], first.json()["import_id"]);
    for (address, body) in [
        (address, "title,price\nNVIDIA L4 24GB,2100\n"),
        ("/api/v1/imports", MARKET),
    ] {
        let other = import_once(&server, "k1", address, body).await;
        assert_problem(&other, StatusCode::UNPROCESSABLE_ENTITY, "key_reused");
    }
}

#[tokio::test]
async fn a_refusal_is_given_again_too() {
    let server = Server::new();
    let body = "colour,size\nred,3\n";
    let first = import_once(&server, "k", "/api/v1/imports", body).await;
    let again = import_once(&server, "k", "/api/v1/imports", body).await;
    for answer in [&first, &again] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["code"], "source_refused");
    }
    let jobs = server.get("/api/v1/jobs").await.json();
    assert_eq!(jobs["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let server = Server::new();
    for key in ["", &"k".repeat(256)] {
        let answer = import_once(&server, key, "/api/v1/imports", MARKET).await;
        assert_problem(&answer, StatusCode::BAD_REQUEST, "parameter_invalid");
    }
}

#[tokio::test]
async fn the_same_request_at_once_is_imported_once() {
    let server = Arc::new(Server::new());
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let server = Arc::clone(&server);
        sent.spawn(async move {
            import_once(&server, "k", "/api/v1/imports?force=true", MARKET)
                .await
                .status
        });
    }
    let statuses = sent.join_all().await;
    assert!(
        statuses
            .iter()
            .all(|status| [StatusCode::CREATED, StatusCode::CONFLICT].contains(status)),
        "{statuses:?}"
    );
    let imports = server.get("/api/v1/imports").await.json();
    assert_eq!(imports["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn jobs_are_told_from_the_database_in_pages() {
    let server = Server::new();
    let mut store = SqliteStore::open(&server.path()).unwrap();
    for number in 0..5 {
        let job = JobRecord {
            id: format!("job{number}"),
            state: "done".to_owned(),
            created_at: "2026-02-03T04:05:06Z".to_owned(),
            source_name: "shop.csv".to_owned(),
            total_rows: Some(number),
            outcome: Some(r#"{"import_id": "first"}"#.to_owned()),
            ..JobRecord::default()
        };
        store.save_job(&job).unwrap();
    }
    let mut address = "/api/v1/jobs?limit=2".to_owned();
    let mut walked = Vec::new();
    loop {
        let page = server.get(&address).await.json();
        for job in page["items"].as_array().unwrap() {
            walked.push(job["rows"].as_u64().unwrap());
        }
        let Some(next) = page.get("next") else { break };
        address = format!("/api/v1/jobs?limit=2&cursor={}", next.as_str().unwrap());
    }
    assert_eq!(walked, [4, 3, 2, 1, 0]);
    let job = server.get("/api/v1/jobs/job3").await.json();
    assert_eq!(job["report"]["import_id"], "first");
    let events = server.get("/api/v1/jobs/job3/events").await;
    let events = String::from_utf8(events.body).unwrap();
    assert!(events.contains("event: progress"), "{events}");
    let ended = server.ask("DELETE", "/api/v1/jobs/job3", &[], "").await;
    assert_problem(&ended, StatusCode::CONFLICT, "job_ended");
}

#[tokio::test]
async fn an_import_whose_client_hangs_up_goes_on() {
    let server = Server::new();
    let turn = server.context.database.turn().await;
    let prefer = [("content-type", "text/csv"), ("prefer", "respond-async")];
    let hung_up = tokio::time::timeout(
        std::time::Duration::from_millis(200),
        server.ask("POST", "/api/v1/imports", &prefer, MARKET),
    );
    assert!(hung_up.await.is_err(), "it waits for its turn");
    drop(turn);
    let running = server.context.jobs.running();
    for job in &running {
        assert_eq!(job.ended().await.unwrap().total_rows, 5);
    }
    assert_eq!(running.len(), 1);
}

#[tokio::test]
async fn a_request_that_was_cut_off_may_come_again() {
    let server = Server::new();
    let first = import_once(&server, "k", "/api/v1/imports?force=true", MARKET).await;
    let id = first.json()["import_id"].as_str().unwrap().to_owned();
    let mut store = SqliteStore::open(&server.path()).unwrap();
    let mut job = store.find_job_by_key("k").unwrap().unwrap();
    job.state = "waiting".to_owned();
    job.outcome = None;
    store.save_job(&job).unwrap();
    let running = import_once(&server, "k", "/api/v1/imports?force=true", MARKET).await;
    assert_problem(&running, StatusCode::CONFLICT, "request_running");
    store
        .end_cut_off_jobs("2026-02-03T04:05:06Z", "{}")
        .unwrap();
    let again = import_once(&server, "k", "/api/v1/imports?force=true", MARKET).await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_ne!(again.json()["import_id"], id);
}
