//! Who may ask for what.

use glyph_store::service::TokenRecord;
use glyph_store::store::Store;

use super::*;
use crate::token::{Scope, Token};

fn add(server: &Server, scope: Scope) -> (Token, TokenRecord) {
    let now = clock::now();
    let token = Token::new(now).unwrap();
    let record = token.record(None, scope, now, None);
    let mut store = SqliteStore::open(&server.path()).unwrap();
    store.add_token(&record).unwrap();
    (token, record)
}

async fn ask_with(server: &Server, token: &str, method: &str, address: &str) -> Answered {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "text/csv"),
    ];
    server.ask(method, address, &headers, MARKET).await
}

#[tokio::test]
async fn without_a_token_only_the_server_s_health_is_told() {
    let server = Server::with_all(Limits::default(), true);
    for address in ["/healthz", "/readyz", "/openapi.json", "/"] {
        assert_eq!(
            server.get(address).await.status,
            StatusCode::OK,
            "{address}"
        );
    }
    for address in ["/api/v1/listings", "/api/v1/nothing"] {
        let answer = server.get(address).await;
        assert_problem(&answer, StatusCode::UNAUTHORIZED, "token_missing");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn a_token_allows_what_its_scope_says() {
    let server = Server::with_all(Limits::default(), true);
    let (read, _) = add(&server, Scope::Read);
    let (import, _) = add(&server, Scope::Import);
    let (admin, _) = add(&server, Scope::Admin);
    let listings = "/api/v1/listings";
    let imports = "/api/v1/imports";
    for token in [&read, &import, &admin] {
        let answer = ask_with(&server, &token.text(), "GET", listings).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let refused = ask_with(&server, &read.text(), "POST", imports).await;
    assert_problem(&refused, StatusCode::FORBIDDEN, "scope_too_narrow");
    let taken = ask_with(&server, &import.text(), "POST", imports).await;
    assert_eq!(taken.status, StatusCode::CREATED);
    let place = taken.header("location").to_owned();
    let refused = ask_with(&server, &import.text(), "DELETE", &place).await;
    assert_problem(&refused, StatusCode::FORBIDDEN, "scope_too_narrow");
    let undone = ask_with(&server, &admin.text(), "DELETE", &place).await;
    assert_eq!(undone.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_is_forged_taken_back_or_none_is_refused() {
    let server = Server::new();
    let (token, record) = add(&server, Scope::Read);
    let address = "/api/v1/listings";
    let known = ask_with(&server, &token.text(), "GET", address).await;
    assert_eq!(known.status, StatusCode::OK);
    let other = Token::new(clock::now()).unwrap();
    let secret = other.text();
    let secret = secret.rsplit('_').next().unwrap();
    let forged = format!("glyphd_{}_{secret}", record.id);
    for token in [forged.as_str(), other.text().as_str(), "glyphd", ""] {
        // Also where none is needed.
        let answer = ask_with(&server, token, "GET", address).await;
        assert_problem(&answer, StatusCode::UNAUTHORIZED, "token_refused");
    }
    let mut store = SqliteStore::open(&server.path()).unwrap();
    store
        .revoke_token(&record.id, "2026-02-03T04:05:06Z")
        .unwrap();
    let revoked = ask_with(&server, &token.text(), "GET", address).await;
    assert_problem(&revoked, StatusCode::UNAUTHORIZED, "token_refused");
}
