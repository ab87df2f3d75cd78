//! The real router over a real database: what clients rely on.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::answers::Answers;
use super::auth::Tokens;
use super::context::{Context, Limits, Shared};
use super::database::Database;
use super::import_root::ImportRoot;
use super::jobs::Jobs;
use super::metrics::Metrics;
use super::picture::Pictures;
use super::problem::Code;
use super::router::{openapi, router};
use crate::clock;
use crate::names::Names;
use glyph_store::sqlite::SqliteStore;

mod imports;
mod jobs;
mod legacy;
mod listings;
mod pages;
mod refusals;
mod tokens;

const MARKET: &str = "title,price,condition,region,seller\n\
    NVIDIA RTX 4090 24GB,1599.00,new,US,Northwind\n\
    NVIDIA RTX A4000 16GB,549.99,used,DE,Contoso\n\
    A bag of screws,3.50,new,US,Northwind\n\
    NVIDIA L4 24GB,call us,new,US,Northwind\n\
    NVIDIA RTX 4090 24GB,1549.00,used,US,Contoso\n";

struct Server {
    context: Context,
    router: Router,
    folder: TempDir,
}

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {}", String::from_utf8_lossy(&self.body));
        })
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Server {
    fn new() -> Server {
        Server::with(Limits::default())
    }

    fn with(limits: Limits) -> Server {
        Server::with_all(limits, false)
    }

    fn with_all(limits: Limits, needs_token: bool) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("files");
        std::fs::create_dir(&root).unwrap();
        let path = folder.path().join("gpu.sqlite");
        SqliteStore::open_or_create(&path, clock::now()).unwrap();
        let context: Context = Arc::new(Shared {
            database: Arc::new(Database::new(&path).unwrap()),
            names: Arc::new(Names::load(None).unwrap()),
            limits: Limits {
                // Tests see the market of now.
                picture: std::time::Duration::from_mins(1),
                ..limits
            },
            only_loopback: true,
            cors_origins: vec!["https://market.example".parse().unwrap()],
            import_root: Some(ImportRoot::open(&root).unwrap()),
            needs_token,
            tokens: Tokens::default(),
            slots: Arc::new(tokio::sync::Semaphore::new(limits.imports)),
            jobs: Jobs::default(),
            answers: Answers::default(),
            pictures: Pictures::default(),
            metrics: Metrics::new(),
        });
        Server {
            router: router(&context),
            context,
            folder,
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("gpu.sqlite")
    }

    async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answered {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    async fn ask(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answered {
        let mut request = Request::builder()
            .method(method)
            .uri(address)
            .header("host", "localhost:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    async fn get(&self, address: &str) -> Answered {
        self.ask("GET", address, &[], "").await
    }

    async fn post_csv(&self, address: &str, body: &str) -> Answered {
        self.ask("POST", address, &[("content-type", "text/csv")], body)
            .await
    }

    /// Imports the market and gives the import's id.
    async fn import(&self) -> String {
        let answer = self
            .post_csv("/api/v1/imports?name=market.csv", MARKET)
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
        answer.json()["import_id"].as_str().unwrap().to_owned()
    }
}

fn assert_problem(answer: &Answered, status: StatusCode, code: &str) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(problem["type"], format!("urn:glyphd:problem:{code}"));
    assert!(problem["instance"].as_str().unwrap().starts_with('/'));
}

fn indexes(page: &Value) -> Vec<u64> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["import_index"].as_u64().unwrap())
        .collect()
}
