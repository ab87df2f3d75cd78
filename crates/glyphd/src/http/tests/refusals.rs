//! What is refused, and how it is told.

use glyph_core::source::Limits as SourceLimits;

use super::*;

#[tokio::test]
async fn a_file_that_is_no_listing_is_refused_with_what_is_wrong() {
    let server = Server::new();
    let answer = server
        .post_csv("/api/v1/imports", "colour,size\nred,3\n")
        .await;
    assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "source_refused");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("`colour`"), "{detail}");
    let empty = server.post_csv("/api/v1/imports", "").await;
    assert_problem(&empty, StatusCode::UNPROCESSABLE_ENTITY, "source_refused");
    let picture = [("content-type", "image/png")];
    let answer = server.ask("POST", "/api/v1/imports", &picture, "x").await;
    assert_problem(
        &answer,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media_type_unsupported",
    );
    let jobs = server.get("/api/v1/jobs").await.json();
    assert_eq!(jobs["items"][0]["state"], "failed");
    assert_eq!(jobs["items"][0]["problem"]["code"], "source_refused");
}

#[tokio::test]
async fn an_upload_beyond_a_limit_is_refused_and_nothing_is_kept() {
    let server = Server::with(Limits {
        upload_bytes: 100,
        ..Limits::default()
    });
    let answer = server.post_csv("/api/v1/imports", MARKET).await;
    assert_problem(&answer, StatusCode::PAYLOAD_TOO_LARGE, "body_too_large");
    let server = Server::with(Limits {
        unpacked_bytes: 10_000,
        ..Limits::default()
    });
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, b"title,price\n").unwrap();
    for _ in 0..10_000 {
        std::io::Write::write_all(&mut packed, b"NVIDIA L4 24GB,2100\n").unwrap();
    }
    let request = Request::post("/api/v1/imports")
        .header("host", "localhost")
        .body(Body::from(packed.finish().unwrap()))
        .unwrap();
    let answer = server.send(request).await;
    assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "source_refused");
    let imports = server.get("/api/v1/imports").await.json();
    assert_eq!(imports["items"], json!([]));
}

#[tokio::test]
async fn a_file_that_unpacks_to_too_many_times_its_size_is_refused() {
    let server = Server::with(Limits {
        unpacked_ratio: 20,
        ..Limits::default()
    });
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let line = "NVIDIA L4 24GB,2100\n".repeat(1000);
    std::io::Write::write_all(&mut packed, b"title,price\n").unwrap();
    for _ in 0..1000 {
        std::io::Write::write_all(&mut packed, line.as_bytes()).unwrap();
    }
    let request = Request::post("/api/v1/imports")
        .header("host", "localhost")
        .body(Body::from(packed.finish().unwrap()))
        .unwrap();
    let answer = server.send(request).await;
    assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "source_refused");
}

#[tokio::test]
async fn what_a_source_may_be_is_bounded_by_the_settings() {
    let limits = Limits::default();
    let deep = r#"[{"title": "NVIDIA L4 24GB", "price": "2100", "more": [[[[1]]]]}]"#;
    let of_source = |source| Limits { source, ..limits };
    for (limits, body) in [
        (Limits { rows: 4, ..limits }, MARKET),
        (
            of_source(SourceLimits {
                columns: 4,
                ..limits.source
            }),
            MARKET,
        ),
        (
            of_source(SourceLimits {
                record_bytes: 30,
                ..limits.source
            }),
            MARKET,
        ),
    ] {
        let server = Server::with(limits);
        let answer = server.post_csv("/api/v1/imports", body).await;
        assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "source_refused");
        let imports = server.get("/api/v1/imports").await.json();
        assert_eq!(imports["items"], json!([]));
    }
    let server = Server::with(Limits { rows: 5, ..limits });
    let whole = server.post_csv("/api/v1/imports", MARKET).await;
    assert_eq!(whole.status, StatusCode::CREATED);
    // A field that is too long rejects its row, and no other.
    let server = Server::with(Limits {
        cell_bytes: 20,
        ..limits
    });
    let report = server.post_csv("/api/v1/imports", MARKET).await.json();
    assert_eq!(report["errors_by_code"]["cell_too_long"], 1, "{report}");
    assert_eq!(report["scored_rows"], 2, "{report}");
    // Of a value that is nested too deep its row is rejected, and no other.
    for (json_depth, rejected) in [(3, 1), (4, 0)] {
        let server = Server::with(of_source(SourceLimits {
            json_depth,
            ..limits.source
        }));
        let report = server.post_csv("/api/v1/imports", deep).await.json();
        assert_eq!(report["rejected_rows"], rejected, "{report}");
    }
}

#[tokio::test]
async fn pages_of_a_named_origin_may_use_the_server_and_no_others() {
    let server = Server::new();
    let preflight = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ]
    };
    let named = "https://market.example";
    let answer = server
        .ask("OPTIONS", "/api/v1/imports", &preflight(named), "")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), named);
    let answer = server
        .ask("GET", "/api/v1/imports", &[("origin", named)], "")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), named);
    let other = "https://other.example";
    let answer = server
        .ask("OPTIONS", "/api/v1/imports", &preflight(other), "")
        .await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    let answer = server
        .ask("GET", "/api/v1/imports", &[("origin", other)], "")
        .await;
    assert_problem(&answer, StatusCode::FORBIDDEN, "origin_refused");
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let server = Server::new();
    let pieces: Vec<Result<&str, std::io::Error>> = vec![
        Ok("title,price\nNVIDIA L4 24GB,2100\n"),
        Err(std::io::Error::other("gone")),
    ];
    let request = Request::post("/api/v1/imports")
        .header("host", "localhost")
        .body(Body::from_stream(futures_util::stream::iter(pieces)))
        .unwrap();
    let answer = server.send(request).await;
    assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "body_invalid");
    assert_eq!(server.get("/api/v1/jobs").await.json()["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_goes_on_for_ever_is_given_up() {
    let server = Server::new();
    let drops = futures_util::stream::unfold(0_u32, |drops| async move {
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        Some((Ok::<_, std::io::Error>("NVIDIA L4 24GB,2100\n"), drops + 1))
    });
    let request = Request::post("/api/v1/imports")
        .header("host", "localhost")
        .body(Body::from_stream(drops))
        .unwrap();
    let answer = server.send(request).await;
    assert_problem(&answer, StatusCode::REQUEST_TIMEOUT, "request_timed_out");
    assert_eq!(server.get("/api/v1/jobs").await.json()["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stands_still_is_given_up() {
    let server = Server::new();
    let request = Request::post("/api/v1/imports")
        .header("host", "localhost")
        .body(Body::from_stream(futures_util::stream::pending::<
            Result<&str, std::io::Error>,
        >()))
        .unwrap();
    let answer = server.send(request).await;
    assert_problem(&answer, StatusCode::REQUEST_TIMEOUT, "request_timed_out");
}

#[tokio::test]
async fn what_the_interface_does_not_know_is_refused_by_name() {
    let server = Server::new();
    let id = server.import().await;
    for (address, code, parameter) in [
        (
            "/api/v1/listings?maxprice=3".to_owned(),
            "parameter_unknown",
            "maxprice",
        ),
        (
            "/api/v1/listings?max_price=cheap".to_owned(),
            "parameter_invalid",
            "max_price",
        ),
        (
            "/api/v1/listings?max_price=inf".to_owned(),
            "parameter_invalid",
            "max_price",
        ),
        (
            "/api/v1/listings?min_score=NaN".to_owned(),
            "parameter_invalid",
            "min_score",
        ),
        (
            "/api/v1/listings?limit=0".to_owned(),
            "parameter_invalid",
            "limit",
        ),
        (
            "/api/v1/listings?limit=1001".to_owned(),
            "parameter_invalid",
            "limit",
        ),
        (
            "/api/v1/listings?limit=1&limit=2".to_owned(),
            "parameter_invalid",
            "limit",
        ),
        (
            "/api/v1/listings?sort=best".to_owned(),
            "parameter_invalid",
            "sort",
        ),
        (
            format!("/api/v1/listings?text={}", "x".repeat(1001)),
            "parameter_invalid",
            "text",
        ),
        (
            format!("/api/v1/imports/{id}?verbose=1"),
            "parameter_unknown",
            "verbose",
        ),
        (
            format!("/api/v1/imports/{id}/rows?outcome=lost"),
            "parameter_invalid",
            "outcome",
        ),
        (
            format!("/api/v1/imports/{id}/rows?cursor=-1"),
            "parameter_invalid",
            "cursor",
        ),
    ] {
        let answer = server.get(&address).await;
        assert_problem(&answer, StatusCode::BAD_REQUEST, code);
        assert_eq!(
            answer.json()["errors"][0]["parameter"],
            parameter,
            "{address}"
        );
    }
    for (name, value) in [
        ("format", "xml"),
        ("delimiter", "x"),
        ("map", "Asking"),
        ("map", "Asking=worth"),
        ("currency", "EURO"),
        ("decimal_mark", "dot"),
        ("seen_at", "yesterday"),
        // Never a file of the server's.
        ("profile", "..%2Fprofile.toml"),
    ] {
        let answer = server
            .post_csv(&format!("/api/v1/imports?{name}={value}"), MARKET)
            .await;
        assert_problem(&answer, StatusCode::BAD_REQUEST, "parameter_invalid");
        assert_eq!(answer.json()["errors"][0]["parameter"], name);
    }
}

#[tokio::test]
async fn addresses_and_methods_that_are_not_there_are_problems() {
    let server = Server::new();
    for (address, code) in [
        ("/nowhere", "not_found"),
        ("/api/v1/nothing", "not_found"),
        ("/api/v1/listings/first", "not_found"),
        ("/api/v1/listings/77", "listing_unknown"),
        ("/api/v1/imports/zzz", "import_unknown"),
        ("/api/v1/imports/zzz/rows", "import_unknown"),
        ("/api/v1/imports/zzz/diff/yyy", "import_unknown"),
        ("/api/v1/jobs/zzz", "job_unknown"),
        ("/api/v1/models/VOODOO_2", "model_unknown"),
    ] {
        assert_problem(&server.get(address).await, StatusCode::NOT_FOUND, code);
    }
    let answer = server.ask("PUT", "/api/v1/imports", &[], "").await;
    assert_problem(
        &answer,
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
    );
    assert!(answer.header("allow").contains("POST"));
}

#[tokio::test]
async fn answers_are_safe_to_show_and_carry_an_id() {
    let server = Server::new();
    let answer = server
        .ask("GET", "/healthz", &[("x-request-id", "mine-1")], "")
        .await;
    assert_eq!(answer.header("x-request-id"), "mine-1");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-security-policy").contains("'none'"));
    let odd = [("x-request-id", "a\"b c")];
    let answer = server.ask("GET", "/healthz", &odd, "").await;
    assert_ne!(answer.header("x-request-id"), "a\"b c");
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let server = Server::new();
    let origin = [
        ("origin", "http://market.example"),
        ("content-type", "text/csv"),
    ];
    let answer = server.ask("POST", "/api/v1/imports", &origin, MARKET).await;
    assert_problem(&answer, StatusCode::FORBIDDEN, "origin_refused");
    let request = Request::get("/api/v1/listings")
        .header("host", "market.example")
        .body(Body::empty())
        .unwrap();
    assert_problem(
        &server.send(request).await,
        StatusCode::FORBIDDEN,
        "origin_refused",
    );
}

#[tokio::test]
async fn a_server_that_cannot_write_is_not_ready() {
    let server = Server::new();
    let ready = server.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.json());
    std::fs::remove_file(server.path()).unwrap();
    let ready = server.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["database"], false);
}

#[tokio::test]
async fn no_path_or_sql_leaves_with_an_error() {
    let server = Server::new();
    server.import().await;
    let connection = rusqlite::Connection::open(server.path()).unwrap();
    connection
        .execute_batch("PRAGMA foreign_keys = OFF; DROP VIEW offers;")
        .unwrap();
    let answer = server.get("/api/v1/listings").await;
    assert_problem(&answer, StatusCode::INTERNAL_SERVER_ERROR, "internal");
    let text = String::from_utf8(answer.body).unwrap();
    for inner in [
        "offers",
        "SELECT",
        "sqlite",
        server.folder.path().to_str().unwrap(),
    ] {
        assert!(!text.contains(inner), "{text}");
    }
}

#[tokio::test]
async fn more_imports_than_may_wait_are_asked_to_come_again() {
    let server = Server::with(Limits {
        imports: 0,
        ..Limits::default()
    });
    let answer = server.post_csv("/api/v1/imports", MARKET).await;
    assert_problem(&answer, StatusCode::SERVICE_UNAVAILABLE, "too_many_imports");
    assert_eq!(answer.header("retry-after"), "5");
}

/// The file in the repository is what clients are generated from.
/// Generated clients have a function each.
#[test]
fn no_two_operations_have_one_name() {
    let description = serde_json::to_value(openapi()).unwrap();
    let mut names: Vec<&str> = description["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let count = names.len();
    assert!(count > 25, "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn the_committed_description_is_the_one_that_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let printed = serde_json::to_value(openapi()).unwrap();
    let committed: Value = serde_json::from_str(&committed).unwrap();
    assert_eq!(
        committed, printed,
        "`glyphd openapi > docs/openapi.json` brings the file up to date"
    );
}

#[test]
fn every_problem_is_in_the_table_of_errors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ERRORS.md");
    let document = std::fs::read_to_string(path).unwrap();
    for code in Code::ALL {
        let status = code.status().as_u16();
        let start = format!("| `{}` | {status} |", code.as_str());
        assert!(document.contains(&start), "{start}");
        assert_eq!(
            serde_json::to_value(code).unwrap(),
            code.as_str(),
            "the code in a body is the code in the table"
        );
    }
}

/// A boundary or the end of a part's head that never comes is not waited for.
#[tokio::test]
async fn a_form_that_goes_on_beside_its_file_is_given_up() {
    let server = Server::new();
    for start in [
        "",
        "--edge\r\ncontent-disposition: form-data; name=\"file\"\r\nx-long: ",
    ] {
        let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = Arc::clone(&sent);
        let rest = futures_util::stream::repeat_with(move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok::<_, std::io::Error>("x".repeat(64 * 1024))
        });
        let first = futures_util::stream::iter([Ok(start.to_owned())]);
        let request = Request::post("/api/v1/imports")
            .header("host", "localhost")
            .header("content-type", "multipart/form-data; boundary=edge")
            .body(Body::from_stream(futures_util::StreamExt::chain(
                first, rest,
            )))
            .unwrap();
        let answer = server.send(request).await;
        assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "body_invalid");
        assert!(sent.load(std::sync::atomic::Ordering::Relaxed) < 40);
    }
}

#[tokio::test]
async fn the_documentation_is_a_page_of_this_server_alone() {
    let server = Server::new();
    let moved = server.get("/docs").await;
    assert_eq!(moved.header("location"), "/docs/");
    let page = server.get("/docs/").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    let text = String::from_utf8(page.body).unwrap();
    let loaded: Vec<&str> = text
        .split('"')
        .filter(|piece| matches!(piece.rsplit_once('.'), Some((_, "js" | "css"))))
        .collect();
    assert!(loaded.len() >= 3, "{text}");
    for file in loaded {
        let file = file.trim_start_matches("./");
        let answer = server.get(&format!("/docs/{file}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
    }
    let start = server.get("/docs/swagger-initializer.js").await;
    let start = String::from_utf8(start.body).unwrap();
    assert!(start.contains("/openapi.json"), "{start}");
}

#[tokio::test]
async fn an_object_is_not_a_list_of_its_values() {
    let server = Server::new();
    let json = [("content-type", "application/json")];
    for (address, body) in [
        ("/api/v1/match", "[[]]"),
        ("/api/v1/match", r#"[["NVIDIA L4"]]"#),
        (
            "/api/v1/listings",
            r#"{"canonical_model": "L4", "price": 1}"#,
        ),
        (
            "/api/v1/listings",
            r#"[["L4", null, null, null, null, 2000]]"#,
        ),
    ] {
        let answer = server.ask("POST", address, &json, body).await;
        assert_problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "body_invalid");
    }
    let more = r#"[{"canonical_model": "L4", "price": 2000, "shelf": "B7"}]"#;
    let answer = server.ask("POST", "/api/v1/listings", &json, more).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
    let rows = server.get("/api/v1/imports/last/rows").await.json();
    assert!(rows.to_string().contains("B7"), "{rows}");
}
