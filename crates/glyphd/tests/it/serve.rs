//! The server as a process: started, killed, stopped, and with clients that misbehave.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::harness::Place;

/// A running server; killed when it goes out of scope.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(place: &Place, words: &[&str]) -> Server {
        let mut process = place
            .command(["serve", "--port", "0"].iter().chain(words))
            .env("RUST_LOG", "off")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the server ended");
            if let Some(address) = line.trim().strip_prefix("listening at http://") {
                break address.parse().unwrap();
            }
        };
        // Nobody reads on, so nothing may stand in the pipe's way.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Server { process, address }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn terminate(&self) {
        let id = self.process.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(killed.success());
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(stream)
    }

    fn get(&self, address: &str) -> (u16, Value) {
        let head =
            format!("GET {address} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        ask(self.connect().unwrap(), &[head.as_bytes()]).unwrap()
    }

    fn post(&self, address: &str, headers: &str, body: &str) -> std::io::Result<(u16, Value)> {
        let head = head_of(address, headers, body.len());
        ask(self.connect()?, &[head.as_bytes(), body.as_bytes()])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}

fn head_of(address: &str, headers: &str, length: usize) -> String {
    format!(
        "POST {address} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: text/csv\r\n{headers}\
         content-length: {length}\r\n\r\n"
    )
}

/// Sends a request piece by piece, with a pause between them, and reads the answer.
fn ask(mut stream: TcpStream, pieces: &[&[u8]]) -> std::io::Result<(u16, Value)> {
    for (place, piece) in pieces.iter().enumerate() {
        if place > 1 {
            std::thread::sleep(Duration::from_millis(20));
        }
        stream.write_all(piece)?;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text
        .split_once("\r\n\r\n")
        .ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = serde_json::from_str(body).map_err(|_| std::io::ErrorKind::UnexpectedEof)?;
    Ok((status, body))
}

fn catalogue(number: usize, rows: usize) -> String {
    let mut text = String::from("title,price\n");
    for row in 0..rows {
        writeln!(text, "NVIDIA L4 24GB,{}.{:02}", 2000 + number, row % 100).unwrap();
    }
    text
}

/// Promises 4 and 5 for clients: whenever the server is killed, what it acknowledged is there, and what it did not is
/// whole or not at all.
#[test]
fn a_killed_server_keeps_what_it_acknowledged() {
    let place = Place::new();
    for round in 0..6_usize {
        let server = Server::start(&place, &[]);
        let done = Mutex::new(Vec::new());
        let jobs = Mutex::new(Vec::new());
        let told_busy = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for client in 0..50_usize {
                let (server, done, jobs, told_busy) = (&server, &done, &jobs, &told_busy);
                scope.spawn(move || {
                    for step in 0..20_usize {
                        let body = catalogue(client * 100 + step, 40 + round);
                        let answered = match client % 10 {
                            // Waits for no import.
                            0..=2 => server.post(
                                "/api/v1/imports?force=true",
                                "prefer: respond-async\r\n",
                                &body,
                            ),
                            // Sends slowly.
                            3 => slowly(server, &body),
                            // Breaks off.
                            4 => {
                                break_off(server, &body);
                                continue;
                            }
                            _ => server.post("/api/v1/imports?force=true", "", &body),
                        };
                        match answered {
                            Ok((201, report)) => done.lock().unwrap().push(report),
                            Ok((202, job)) => jobs.lock().unwrap().push(job),
                            Ok((503, problem)) => told_busy.lock().unwrap().push(problem),
                            Ok((status, answer)) => panic!("{status}: {answer}"),
                            // The server is gone.
                            Err(_) => return,
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(60 + 90 * round as u64));
            let id = server.process.id().to_string();
            Command::new("kill").args(["-KILL", &id]).status().unwrap();
        });
        server.kill();
        let server = Server::start(&place, &[]);
        for report in done.into_inner().unwrap() {
            let id = report["import_id"].as_str().unwrap();
            let (status, import) = server.get(&format!("/api/v1/imports/{id}"));
            assert_eq!(status, 200, "{report}");
            assert_eq!(import["total_rows"], report["total_rows"]);
        }
        for job in jobs.into_inner().unwrap() {
            let id = job["id"].as_str().unwrap();
            let (status, job) = server.get(&format!("/api/v1/jobs/{id}"));
            assert_eq!(status, 200, "{job}");
            match job["state"].as_str().unwrap() {
                "done" => {
                    let import = job["report"]["import_id"].as_str().unwrap();
                    assert_eq!(server.get(&format!("/api/v1/imports/{import}")).0, 200);
                }
                "failed" => assert_eq!(job["problem"]["code"], "job_cut_off", "{job}"),
                other => panic!("`{other}` after a restart"),
            }
        }
        // An import and the end of its job are kept together.
        let of_jobs = all_pages(&server, "/api/v1/jobs", |job| {
            (job["state"] == "done").then(|| job["report"]["import_id"].clone())
        });
        let imports = all_pages(&server, "/api/v1/imports", |import| {
            Some(import["import_id"].clone())
        });
        assert_eq!(of_jobs, imports);
        server.kill();
        assert_eq!(place.run(["check"]).status, 0);
    }
    assert!(place.run(["imports", "list", "--json"]).stdout.len() > 1000);
}

/// What `wanted` takes of all items of a list, as texts in their order.
fn all_pages(
    server: &Server,
    address: &str,
    wanted: impl Fn(&Value) -> Option<Value>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let (status, page) = server.get(&format!("{address}?limit=1000{cursor}"));
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        found.extend(
            items
                .iter()
                .filter_map(&wanted)
                .map(|text| text.to_string()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn slowly(server: &Server, body: &str) -> std::io::Result<(u16, Value)> {
    let head = head_of("/api/v1/imports?force=true", "", body.len());
    let (first, second) = body.split_at(body.len() / 2);
    ask(
        server.connect()?,
        &[head.as_bytes(), first.as_bytes(), second.as_bytes()],
    )
}

fn break_off(server: &Server, body: &str) {
    let head = head_of("/api/v1/imports", "", body.len() + 1);
    let Ok(mut stream) = server.connect() else {
        return;
    };
    // The server may be gone meanwhile, which is another way to break off.
    let _sent = stream.write_all(head.as_bytes());
    let _sent = stream.write_all(body.as_bytes());
}

#[test]
fn a_server_that_is_asked_to_stop_answers_what_it_began() {
    let place = Place::new();
    let mut server = Server::start(&place, &[]);
    let body = catalogue(1, 60_000);
    let answered = std::thread::scope(|scope| {
        let sent = scope.spawn(|| server.post("/api/v1/imports", "", &body));
        until_a_job_runs(&server);
        server.terminate();
        sent.join().unwrap()
    });
    let (status, report) = answered.unwrap();
    assert_eq!(status, 201, "{report}");
    assert_eq!(report["scored_rows"], 60_000);
    assert!(server.process.wait().unwrap().success());
    assert_eq!(place.run(["check"]).status, 0);
}

#[test]
fn an_import_that_outlasts_the_grace_is_taken_back() {
    let place = Place::new();
    let mut server = Server::start(&place, &["--grace-seconds", "0"]);
    let body = catalogue(1, 400_000);
    let (status, job) = server
        .post("/api/v1/imports", "prefer: respond-async\r\n", &body)
        .unwrap();
    assert_eq!(status, 202, "{job}");
    until_a_job_runs(&server);
    server.terminate();
    assert!(server.process.wait().unwrap().success());
    let server = Server::start(&place, &[]);
    let id = job["id"].as_str().unwrap();
    let (_, job) = server.get(&format!("/api/v1/jobs/{id}"));
    let (_, imports) = server.get("/api/v1/imports");
    // On a fast machine it may have ended before it was asked to.
    if job["state"] == "cancelled" {
        assert_eq!(imports["items"], serde_json::json!([]));
    } else {
        assert_eq!(job["report"]["total_rows"], 400_000, "{job}");
    }
    server.kill();
    assert_eq!(place.run(["check"]).status, 0);
}

fn until_a_job_runs(server: &Server) {
    for _ in 0..2000 {
        let (_, jobs) = server.get("/api/v1/jobs");
        if jobs["items"][0]["state"] == "running" || jobs["items"][0]["state"] == "done" {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("no job runs");
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let place = Place::new();
    let server = Server::start(&place, &["--head-bytes", "9000"]);
    let mut stream = server.connect().unwrap();
    let head = format!(
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: {}\r\n\r\n",
        "x".repeat(25_000)
    );
    // It may be refused before it has come whole.
    let _sent = stream.write_all(head.as_bytes());
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 431");
    assert_eq!(server.get("/healthz").0, 200);
}

#[test]
fn other_machines_are_served_only_where_a_token_was_made() {
    let place = Place::new();
    let refused = place.run(["serve", "--host", "0.0.0.0", "--port", "0"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("glyphd token create"),
        "{}",
        refused.stderr
    );
    let made = place.done(["token", "create", "--scope", "read", "--name", "dashboard"]);
    let token = made.stdout.trim().to_owned();
    let server = Server::start(&place, &["--require-token"]);
    assert_eq!(server.get("/api/v1/listings").0, 401);
    let with_token = |server: &Server| {
        let head = format!(
            "GET /api/v1/listings HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        ask(server.connect().unwrap(), &[head.as_bytes()])
            .unwrap()
            .0
    };
    assert_eq!(with_token(&server), 200);
    let listed = place.done(["token", "list", "--json"]).stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["name"], "dashboard");
    assert_eq!(listed[0]["scope"], "read");
    let id = listed[0]["id"].as_str().unwrap();
    place.done(["token", "revoke", id]);
    assert_eq!(with_token(&server), 401);
    drop(server);
    let secret = token.rsplit('_').next().unwrap();
    let file = std::fs::read(place.database()).unwrap();
    let shown = file
        .windows(secret.len())
        .any(|bytes| bytes == secret.as_bytes());
    assert!(!shown, "the token itself is not kept");
    let past = place.run([
        "token",
        "create",
        "--scope",
        "read",
        "--expires",
        "2020-01-01",
    ]);
    assert_eq!(past.status, 1);
    assert_eq!(place.run(["token", "revoke", "nobody"]).status, 1);
}
