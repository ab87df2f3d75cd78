//! The web page, as a browser without a script asks for it.

use super::*;
use crate::token::{Scope, Token};
use glyph_store::store::Store;

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

async fn page(server: &Server, address: &str) -> Answered {
    server.ask("GET", address, &[HTML], "").await
}

fn text(answer: &Answered) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// A form with a file and texts, as a browser sends it.
async fn send_form(server: &Server, address: &str, file: &str, texts: &[(&str, &str)]) -> Answered {
    let parts: Vec<String> = texts
        .iter()
        .map(|(name, value)| format!("name=\"{name}\"\r\n\r\n{value}"))
        .chain([format!(
            "name=\"file\"; filename=\"shop.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}"
        )])
        .map(|part| format!("--edge\r\nContent-Disposition: form-data; {part}\r\n"))
        .collect();
    let body = format!("{}--edge--\r\n", parts.concat());
    let headers = [HTML, ("content-type", "multipart/form-data; boundary=edge")];
    server.ask("POST", address, &headers, &body).await
}

#[tokio::test]
async fn every_page_is_whole_and_runs_nothing_that_comes_from_outside() {
    let server = Server::new();
    let market = MARKET.replace("A bag of screws", "<script>alert(1)</script> <b>screws</b>");
    let market = market.replace("Northwind", "\"<img src=x onerror=alert(1)>\"");
    let answer = server
        .post_csv("/api/v1/imports?name=%3Cb%3Eshop", &market)
        .await;
    let import_id = answer.json()["import_id"].as_str().unwrap().to_owned();
    let listings = server.get("/api/v1/listings").await.json();
    let id = &listings["items"][0]["id"];
    for address in [
        "/".to_owned(),
        "/listings".to_owned(),
        "/listings?q=rtx&condition=used&sort=price&verdict=none".to_owned(),
        "/listings?q=%3Cscript%3E".to_owned(),
        format!("/listings/{id}"),
        "/models".to_owned(),
        "/models?by=memory&sort=median".to_owned(),
        "/models/RTX_4090".to_owned(),
        "/models/rtx_3090".to_owned(),
        "/import".to_owned(),
        "/imports".to_owned(),
        format!("/imports/{import_id}"),
        format!("/imports/{import_id}?outcome=rejected"),
        format!("/difference?a={import_id}&b={import_id}"),
        "/state".to_owned(),
        "/login".to_owned(),
    ] {
        let answer = page(&server, &address).await;
        let text = text(&answer);
        assert_eq!(answer.status, StatusCode::OK, "{address}: {text}");
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{address}"
        );
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(text.matches("<h1").count(), 1, "{address}");
        assert!(
            text.contains("<html lang=\"en\">") && text.ends_with("</html>"),
            "{address}"
        );
        assert!(
            !text.contains("<script>") && !text.contains("<img") && !text.contains("<b>"),
            "{address}: {text}"
        );
        assert!(
            !text.contains(" style=") && !text.contains("<style"),
            "{address}"
        );
    }
}

#[tokio::test]
async fn filters_live_in_the_address() {
    let server = Server::new();
    server.import().await;
    let shown = async |address: &str| text(&page(&server, address).await);
    let used = shown("/listings?condition=used").await;
    assert!(
        used.contains("RTX A4000") && used.contains("$1,549"),
        "{used}"
    );
    assert!(!used.contains("$1,599"));
    assert!(used.contains("Remove </span>Condition: used"), "{used}");
    let cheap = shown("/listings?max_price=600&q=&model=").await;
    assert!(cheap.contains("RTX A4000") && !cheap.contains("$1,549"));
    let none = shown("/listings?q=nothing+like+it").await;
    assert!(none.contains("No listing matches") && none.contains("Clear all filters"));
    let wrong = page(&server, "/listings?after=nonsense").await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    assert!(text(&wrong).contains("<code>cursor_unknown</code>"));
}

#[tokio::test]
async fn what_is_not_there_is_said_on_a_page() {
    let server = Server::new();
    for address in [
        "/listings/12345",
        "/models/NO_SUCH_CARD",
        "/imports/nothing",
        "/no/such/page",
    ] {
        let answer = page(&server, address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert!(text(&answer).contains("<h1>Nothing here</h1>"), "{address}");
    }
    let program = server.get("/no/such/page").await;
    assert_problem(&program, StatusCode::NOT_FOUND, "not_found");
    let empty = text(&page(&server, "/").await);
    assert!(
        empty.contains("Nothing is imported yet") && empty.contains("glyphd import FILE"),
        "{empty}"
    );
    assert_eq!(server.get("/").await.json()["program"], "glyphd");
}

#[tokio::test]
async fn a_file_is_looked_at_taken_in_mended_and_taken_back() {
    let server = Server::new();
    let looked = text(&send_form(&server, "/import/preview", MARKET, &[("partial", "")]).await);
    assert!(
        looked.contains("Preview of shop.csv") && looked.contains("<mark>call us</mark>"),
        "{looked}"
    );
    assert!(looked.contains("not a graphics card") && looked.contains("nothing is stored yet"));
    assert_eq!(
        server.get("/api/v1/imports").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        0
    );

    let done = send_form(&server, "/import", MARKET, &[("name", "north.csv")]).await;
    let told = text(&done);
    assert!(
        told.contains("Imported 5 rows of north.csv") && told.contains("<mark>call us</mark>"),
        "{told}"
    );
    let again = text(&send_form(&server, "/import", MARKET, &[("name", "north.csv")]).await);
    assert!(
        again.contains("These bytes are an import already"),
        "{again}"
    );
    let import = server.get("/api/v1/imports/last").await.json();
    let import_id = import["import_id"].as_str().unwrap();

    let rejects = server
        .get(&format!("/api/v1/imports/{import_id}/rejects/file"))
        .await;
    let mended = text(&rejects).replace("call us", "2100");
    let repaired = text(
        &send_form(
            &server,
            &format!("/imports/{import_id}/repair"),
            &mended,
            &[],
        )
        .await,
    );
    assert!(repaired.contains("1 row came back"), "{repaired}");
    let import = server.get("/api/v1/imports/last").await.json();
    assert_eq!(import["rejected_rows"], 0);

    let undone = server
        .ask("POST", &format!("/imports/{import_id}/undo"), &[HTML], "")
        .await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);
    assert_eq!(undone.header("location"), format!("/imports/{import_id}"));
    let shown = text(&page(&server, undone.header("location")).await);
    assert!(
        shown.contains("undone") && shown.contains("its rows are gone"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_what_to_do() {
    let server = Server::new();
    for address in ["/import/preview", "/import"] {
        let answer = text(&send_form(&server, address, "a,b\n1,2\n", &[]).await);
        assert!(
            answer.contains("role=\"alert\"") && answer.contains("Nothing was imported"),
            "{answer}"
        );
        assert!(answer.contains("<code>"), "{answer}");
    }
    let cut = text(&send_form(&server, "/import/preview", MARKET, &[("partial", "true")]).await);
    assert!(cut.contains("The first 4 rows were looked at"), "{cut}");
}

#[tokio::test]
async fn pages_of_other_origins_change_nothing() {
    let server = Server::new();
    let import_id = server.import().await;
    let headers = [HTML, ("origin", "https://elsewhere.example")];
    let refused = server
        .ask("POST", &format!("/imports/{import_id}/undo"), &headers, "")
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        server.get("/api/v1/imports/last").await.json()["state"],
        "done"
    );
}

#[tokio::test]
async fn where_a_token_is_needed_a_browser_signs_in() {
    let server = Server::with_all(Limits::default(), true);
    let now = clock::now();
    let token = Token::new(now).unwrap();
    let mut store = SqliteStore::open(&server.path()).unwrap();
    store
        .add_token(&token.record(None, Scope::Read, now, None))
        .unwrap();
    let sent = page(&server, "/listings?q=a").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(sent.header("location"), "/login?next=%2Flistings%3Fq%3Da");
    assert_eq!(
        page(&server, "/assets/x/glyphd.css").await.status,
        StatusCode::NOT_FOUND
    );
    let form = [HTML, ("content-type", "application/x-www-form-urlencoded")];
    let wrong = server
        .ask("POST", "/login", &form, "token=nonsense&next=%2Fmodels")
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(text(&wrong).contains("role=\"alert\""));
    let filled = format!("token={}&next=%2F%2Felsewhere.example", token.text());
    let entered = server.ask("POST", "/login", &form, &filled).await;
    assert_eq!(
        (entered.status, entered.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    for elsewhere in [
        "%2F%09%2Felsewhere.example",
        "%2F%5Celsewhere.example",
        "https%3A%2F%2Felsewhere.example",
    ] {
        let filled = format!("token={}&next={elsewhere}", token.text());
        let entered = server.ask("POST", "/login", &form, &filled).await;
        assert_eq!(entered.header("location"), "/", "{elsewhere}");
    }
    let cookie = entered.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let carried = cookie.split(';').next().unwrap();
    let with_cookie = [HTML, ("cookie", carried)];
    let seen = server.ask("GET", "/listings", &with_cookie, "").await;
    assert_eq!(seen.status, StatusCode::OK);
    // It may read, and no more.
    let refused = server
        .ask("POST", "/imports/last/undo", &with_cookie, "")
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(text(&refused).contains("scope_too_narrow"));
}

#[tokio::test]
async fn a_cookie_of_another_server_means_nothing_where_no_token_is_asked_for() {
    let server = Server::new();
    let stale = [HTML, ("cookie", "glyphd_token=gone; other=1")];
    for address in ["/listings", "/api/v1/imports"] {
        let answer = server.ask("GET", address, &stale, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
    }
    let strict = Server::with_all(Limits::default(), true);
    let sent = strict.ask("GET", "/listings", &stale, "").await;
    assert!(sent.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn a_page_is_small_however_long_the_records_are() {
    let server = Server::new();
    let long = "x".repeat(200_000);
    let rows: Vec<String> = (0..20)
        .map(|row| format!("NVIDIA L4 {row} {long},call\n"))
        .collect();
    let file = format!("title,price\nNVIDIA L4 24GB,2000\n{}", rows.concat());
    let looked = send_form(&server, "/import/preview", &file, &[]).await;
    let done = send_form(&server, "/import", &file, &[]).await;
    let rows = page(&server, "/imports/last?outcome=rejected").await;
    for answer in [looked, done, rows] {
        assert!(answer.body.len() < 200_000, "{}", answer.body.len());
    }
}

#[tokio::test]
async fn wrong_places_in_addresses_are_refused() {
    let server = Server::new();
    server.import().await;
    for address in [
        "/listings?verdict=none&after=18446744073709551615",
        "/listings?verdict=none&after=x",
        "/listings?verdict=silly",
        "/listings?min_price=abc",
        "/listings?sort=luck",
    ] {
        let answer = page(&server, address).await;
        assert!(!answer.status.is_server_error(), "{address}");
    }
}
