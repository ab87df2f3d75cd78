//! Every row of a file ends in one of the three outcomes, with its number, and no figure of it is absurd.
#![no_main]

use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use glyph_core::listing::{HeaderMap, ListingReader, Rates, ReaderOptions};
use glyph_core::matching::Matcher;
use glyph_core::pipeline::{self, Outcome, Sink, SinkError, Stages};
use glyph_core::registry::Registry;
use glyph_core::score::Profile;
use glyph_core::source::{SourceOptions, open};
use libfuzzer_sys::fuzz_target;

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(Registry::embedded()));
static PROFILE: LazyLock<Profile> = LazyLock::new(Profile::inference);

#[derive(Default)]
struct Counting {
    rows: u64,
}

impl Sink for Counting {
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
        assert_eq!(outcome.index(), self.rows);
        self.rows += 1;
        if let Outcome::Scored(scored) = outcome {
            assert!((0.0..=100.0).contains(&scored.score));
        }
        Ok(())
    }
}

fuzz_target!(|cells: &[u8]| {
    let bytes = [b"title,price,condition,qty,region\n".as_slice(), cells].concat();
    let Ok(mut source) = open(Box::new(Cursor::new(bytes)), &SourceOptions::default()) else {
        return;
    };
    let Ok(header) = HeaderMap::resolve(source.columns(), &[]) else {
        return;
    };
    let mut stages = Stages {
        reader: ListingReader::new(header, Rates::embedded(), ReaderOptions::default()),
        registry: Registry::embedded(),
        matcher: &MATCHER,
        profile: &PROFILE,
    };
    let mut sink = Counting::default();
    let run = pipeline::run(&mut *source, &mut stages, &mut sink, &mut |_| {
        ControlFlow::Continue(())
    });
    if let Ok(counts) = run {
        assert_eq!(counts.total(), sink.rows);
    }
});
