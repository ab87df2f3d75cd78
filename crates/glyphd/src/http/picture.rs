//! The market as the page shows it, kept in memory and made again when the database changes.
//!
//! Making it reads every standing offer, about two seconds for a million. So it is made ahead: when the server starts, and
//! when somebody asks after a change. Whoever asks while a newer one is being made is shown the last one, and before the
//! first a page that says so and asks again by itself.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use glyph_store::history::ChangeFilter;
use glyph_store::import::{ImportRecord, Totals};
use glyph_store::listing::ListingRecord;
use glyph_store::sqlite::SqliteStore;
use glyph_store::store::Store;
use tokio::sync::watch;

use super::context::Context;
use super::problem::{Code, Problem};
use crate::clock;
use crate::market::{
    Compared, DAY_SECONDS, Market, Mover, Movers, WINDOW_DAYS, course, find_movers,
};
use crate::names::Names;

/// What the page shows of the database as a whole.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) version: u64,
    pub(crate) market: Market,
    pub(crate) totals: Totals,
    /// The newest imports, at most [`NEWEST_IMPORTS`].
    pub(crate) imports: Vec<ImportRecord>,
    /// The newest imports that tell of moves of prices.
    pub(crate) compared: Option<Compared>,
    /// The largest moves of prices that they tell of.
    pub(crate) movers: Vec<Mover>,
    /// The furthest under what they are compared with, and the median of that.
    pub(crate) deals: Vec<(ListingRecord, f64)>,
    /// The models with the most offers, at most [`TOP_MODELS`], each with the course of its median: seconds since 1970
    /// and US dollars.
    pub(crate) courses: Vec<(String, Vec<(i64, f64)>)>,
}

pub(crate) const NEWEST_IMPORTS: u64 = 6;
pub(crate) const TOP_MODELS: usize = 12;
const DEALS: usize = 6;
const MOVERS: usize = 6;

/// Imports that the course of a median goes over.
const COURSE_IMPORTS: usize = 60;

/// A database that changes all the time is not looked through all the time: at most this share of it.
const REST: u32 = 4;

/// The last picture, where there was one, and what went wrong since.
#[derive(Debug, Clone, Default)]
struct Made {
    last: Option<Arc<Picture>>,
    problem: Option<Problem>,
}

/// The last picture, and whether a newer one is on its way.
#[derive(Debug)]
pub(crate) struct Pictures {
    made: watch::Sender<Made>,
    is_being_made: AtomicBool,
    /// When the last try ended, and how long it took.
    last: Mutex<Option<(Instant, Duration)>>,
}

impl Default for Pictures {
    fn default() -> Pictures {
        Pictures {
            made: watch::Sender::new(Made::default()),
            is_being_made: AtomicBool::new(false),
            last: Mutex::default(),
        }
    }
}

impl Pictures {
    fn rests(&self) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|(at, took)| at.elapsed() < took * REST)
    }
}

/// The picture of the database as it is, or was a moment ago; `None` where the first one is still being made.
pub(crate) async fn picture(context: &Context) -> Result<Option<Arc<Picture>>, Problem> {
    let version = context.database.version()?;
    let mut made = context.pictures.made.subscribe();
    let known = made.borrow_and_update().clone();
    if context.pictures.rests()
        || known
            .last
            .as_ref()
            .is_some_and(|last| last.version == version)
    {
        return told(known);
    }
    if !context.pictures.is_being_made.swap(true, Ordering::AcqRel) {
        let context = Arc::clone(context);
        tokio::spawn(async move { make(&context, version).await });
    }
    match tokio::time::timeout(context.limits.picture, made.changed()).await {
        Ok(Ok(())) => told(made.borrow().clone()),
        Ok(Err(_)) => Err(Problem::new(Code::ServerStopping, "the server is stopping")),
        Err(_) => told(known),
    }
}

/// An old picture is better than none; what went wrong is told where there is none.
fn told(made: Made) -> Result<Option<Arc<Picture>>, Problem> {
    match (made.last, made.problem) {
        (None, Some(problem)) => Err(problem),
        (last, _) => Ok(last),
    }
}

async fn make(context: &Context, version: u64) {
    let names = Arc::clone(&context.names);
    let started = Instant::now();
    let looking = context
        .database
        .read(move |store| look(store, &names, version));
    // A panic must not leave the pages waiting for ever.
    let made = AssertUnwindSafe(looking)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Problem::internal(&"looking through the market panicked")));
    let pictures = &context.pictures;
    *pictures.last.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((Instant::now(), started.elapsed()));
    // Before it is told: whoever is told of it may ask for the next one at once.
    pictures.is_being_made.store(false, Ordering::Release);
    pictures.made.send_modify(|known| match made {
        Ok(picture) => {
            *known = Made {
                last: Some(Arc::new(picture)),
                problem: None,
            };
        }
        Err(problem) => {
            tracing::warn!(%problem, "the market could not be looked through");
            known.problem = Some(problem);
        }
    });
}

/// Changes that the market's window lets through.
fn of_late(market: &Market) -> ChangeFilter {
    let window = WINDOW_DAYS * DAY_SECONDS;
    ChangeFilter {
        after: market
            .standing
            .last_seen
            .map(|last_seen| clock::text_of_second(last_seen - window)),
        ..ChangeFilter::default()
    }
}

fn look(store: &SqliteStore, names: &Names, version: u64) -> Result<Picture, Problem> {
    let market = Market::of(store, &names.registry, &Market::usual_filter())?;
    let mut deals = Vec::new();
    for (standing, of_median) in market.best_deals(DEALS) {
        if let Some(listing) = store.find_listing(standing.id)? {
            deals.push((listing, standing.offer.unit_price / of_median));
        }
    }
    let Movers { compared, movers } = find_movers(store, &of_late(&market), MOVERS)?;
    let mut top: Vec<_> = market.models.iter().collect();
    top.sort_by(|one, other| {
        other
            .offers
            .cmp(&one.offers)
            .then_with(|| one.canonical_model.cmp(&other.canonical_model))
    });
    let mut courses = Vec::new();
    for model in top.into_iter().take(TOP_MODELS) {
        let sights = store.model_history(&model.canonical_model, COURSE_IMPORTS)?;
        let medians = course(&sights)
            .into_iter()
            .map(|day| (day.at, day.prices.median));
        courses.push((model.canonical_model.clone(), medians.collect()));
    }
    Ok(Picture {
        version,
        totals: store.count_rows()?,
        imports: store.list_imports_before(None, NEWEST_IMPORTS)?,
        compared,
        movers,
        deals,
        courses,
        market,
    })
}
