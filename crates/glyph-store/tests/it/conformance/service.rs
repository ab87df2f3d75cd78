//! What the HTTP interface keeps: tokens and jobs.

use glyph_store::import::{CommitOutcome, FinishedImport};
use glyph_store::service::{JobRecord, TokenRecord};
use glyph_store::store::Store;

use crate::feed::Feed;

fn token(id: &str) -> TokenRecord {
    TokenRecord {
        id: id.to_owned(),
        name: Some("scraper".to_owned()),
        scope: "import".to_owned(),
        secret_hash: [7; 32],
        created_at: "2026-02-03T04:05:06Z".to_owned(),
        expires_at: Some("2027-01-01T00:00:00Z".to_owned()),
        revoked_at: None,
    }
}

pub(crate) fn tokens_are_kept_listed_and_taken_back(store: &mut dyn Store) {
    assert_eq!(store.find_token("a").unwrap(), None);
    let (first, second) = (token("a"), token("b"));
    store.add_token(&first).unwrap();
    store.add_token(&second).unwrap();
    store.add_token(&first).unwrap_err();
    assert_eq!(store.find_token("a").unwrap(), Some(first.clone()));
    assert_eq!(store.list_tokens().unwrap(), [first.clone(), second]);
    let revoked = TokenRecord {
        revoked_at: Some("2026-03-01T00:00:00Z".to_owned()),
        ..first
    };
    let at = "2026-03-01T00:00:00Z";
    assert_eq!(store.revoke_token("a", at).unwrap(), Some(revoked.clone()));
    let later = "2026-04-01T00:00:00Z";
    assert_eq!(store.revoke_token("a", later).unwrap(), Some(revoked));
    assert_eq!(store.revoke_token("c", at).unwrap(), None);
}

fn job(id: &str) -> JobRecord {
    JobRecord {
        id: id.to_owned(),
        state: "waiting".to_owned(),
        created_at: "2026-02-03T04:05:06Z".to_owned(),
        source_name: "shop.csv".to_owned(),
        source_bytes: 1234,
        ..JobRecord::default()
    }
}

pub(crate) fn jobs_are_kept_as_they_go_on(store: &mut dyn Store) {
    let waiting = JobRecord {
        idempotency_key: Some("once".to_owned()),
        request_hash: Some([9; 32]),
        ..job("1")
    };
    store.save_job(&waiting).unwrap();
    assert_eq!(store.find_job("1").unwrap(), Some(waiting.clone()));
    let done = JobRecord {
        state: "done".to_owned(),
        started_at: Some("2026-02-03T04:05:07Z".to_owned()),
        ended_at: Some("2026-02-03T04:05:08Z".to_owned()),
        total_rows: Some(6),
        scored_rows: Some(3),
        unmatched_rows: Some(2),
        rejected_rows: Some(1),
        import_id: Some("first".to_owned()),
        outcome: Some("{}".to_owned()),
        ..waiting
    };
    store.save_job(&done).unwrap();
    assert_eq!(store.find_job("1").unwrap(), Some(done.clone()));
    assert_eq!(store.find_job_by_key("once").unwrap(), Some(done.clone()));
    assert_eq!(store.find_job_by_key("twice").unwrap(), None);
    // One key is one request.
    let other = JobRecord {
        idempotency_key: Some("once".to_owned()),
        ..job("2")
    };
    store.save_job(&other).unwrap_err();
    store.save_job(&job("2")).unwrap();
    store.save_job(&job("3")).unwrap();
    let ids = |before: Option<&str>, limit| -> Vec<String> {
        let jobs = store.list_jobs(before, limit).unwrap();
        jobs.into_iter().map(|job| job.id).collect()
    };
    assert_eq!(ids(None, 9), ["3", "2", "1"]);
    assert_eq!(ids(None, 2), ["3", "2"]);
    assert_eq!(ids(Some("2"), 9), ["1"]);
}

pub(crate) fn jobs_that_a_server_left_are_ended(store: &mut dyn Store) {
    let running = JobRecord {
        state: "running".to_owned(),
        idempotency_key: Some("once".to_owned()),
        ..job("2")
    };
    let done = JobRecord {
        state: "done".to_owned(),
        ..job("3")
    };
    for job in [&job("1"), &running, &done] {
        store.save_job(job).unwrap();
    }
    let at = "2026-02-04T00:00:00Z";
    assert_eq!(store.end_cut_off_jobs(at, "cut off").unwrap(), 2);
    for id in ["1", "2"] {
        let ended = store.find_job(id).unwrap().unwrap();
        assert_eq!(ended.state, "failed");
        assert_eq!(ended.ended_at.as_deref(), Some(at));
        assert_eq!(ended.outcome.as_deref(), Some("cut off"));
    }
    assert_eq!(store.find_job("3").unwrap(), Some(done));
    // The same request may come again.
    assert_eq!(store.find_job_by_key("once").unwrap(), None);
    assert_eq!(store.end_cut_off_jobs(at, "again").unwrap(), 0);
}

pub(crate) fn a_job_is_kept_with_its_import_or_not_at_all(store: &mut dyn Store) {
    let ended = |id: &str| JobRecord {
        state: "done".to_owned(),
        idempotency_key: Some("once".to_owned()),
        ..job(id)
    };
    let mut commit = |import_id: &str, csv: &str, job: &JobRecord| {
        let feed = Feed::new(import_id, csv);
        let (writer, rows) = feed.start(store).unwrap();
        let finished = FinishedImport {
            job: Some(job),
            ..rows.finished(&feed)
        };
        writer.commit(&finished)
    };
    let offers = "title,price\nNVIDIA RTX A5000 24GB,1150\n";
    let first = commit("first", offers, &ended("1")).unwrap();
    assert!(matches!(first, CommitOutcome::Imported(_)));
    // Nothing is kept of a duplicate, nor of an import whose job cannot be.
    let same = commit("second", offers, &ended("2")).unwrap();
    assert!(matches!(same, CommitOutcome::Duplicate(_)));
    commit("third", "title,price\nNVIDIA L4,2000\n", &ended("3")).unwrap_err();
    assert_eq!(store.find_job("1").unwrap(), Some(ended("1")));
    assert_eq!(store.find_job("2").unwrap(), None);
    assert_eq!(store.find_job("3").unwrap(), None);
    assert_eq!(store.find_import("third").unwrap(), None);
}
