//! The offers that stand in the market at a time: of each source the rows of what it showed last.

use glyph_core::listing::Condition;
use glyph_core::market::{Cautions, Offer};
use rusqlite::{Connection, Row};
use rustc_hash::{FxHashMap, FxHashSet};

use super::offer_key::{self, OfferKey};
use super::segment;
use super::source_import::{self, SourceImport};
use crate::error::StoreError;
use crate::offer;
use crate::standing::{Standing, StandingFilter, StandingOffer};
use crate::time::seconds_of;

/// A row on its way into the market.
struct Sight {
    key: OfferKey,
    /// Which import, in the order they were seen; the later one decides where two saw an offer at one time.
    import: usize,
    /// It has an address or a seller.
    is_named: bool,
    standing: StandingOffer,
}

/// When texts of offers were seen first, by their keys.
type FirstSights = FxHashMap<[u8; offer::KEY_BYTES], i64>;

/// How much later than now a clock may be.
const CLOCK_ERROR_SECONDS: i64 = 24 * 60 * 60;

pub(super) fn standing_offers(
    connection: &Connection,
    filter: &StandingFilter,
) -> Result<Standing, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let as_of = filter.as_of;
    let imports = source_import::source_imports(&snapshot)?;
    let chosen = match &filter.import_id {
        Some(wanted) => {
            let is_wanted = |import: &SourceImport| import.import_id.as_ref() == Some(wanted);
            imports.iter().position(is_wanted).into_iter().collect()
        }
        None => source_import::latest_of_each_source(&imports, as_of),
    };
    let mut models = Models::default();
    let mut sights = Vec::new();
    let mut first = FirstSights::default();
    for place in &chosen {
        let import = &imports[*place];
        read_sights(&snapshot, import, *place, as_of, &mut models, &mut sights)?;
    }
    for sight in &sights {
        let known = first.entry(sight.key.texts).or_insert(i64::MAX);
        *known = sight.standing.last_seen.min(*known);
    }
    let latest = filter.now.saturating_add(CLOCK_ERROR_SECONDS);
    let last_seen = sights
        .iter()
        .map(|sight| sight.standing.last_seen)
        .filter(|seen_at| *seen_at <= latest)
        .max();
    if let (Some(window), Some(end)) = (filter.window_seconds, as_of.or(last_seen)) {
        sights.retain(|sight| sight.standing.last_seen >= end.saturating_sub(window));
    }
    keep_last_sights(&mut sights);
    let end = as_of.or(last_seen).unwrap_or(i64::MAX);
    let older = imports
        .iter()
        .enumerate()
        .filter(|(place, import)| !chosen.contains(place) && import.seen_at <= end);
    let older: Vec<&SourceImport> = older.map(|(_, import)| import).collect();
    find_first_sights(&snapshot, &older, &mut first)?;
    for sight in &mut sights {
        if let Some(seen_at) = first.get(&sight.key.texts) {
            sight.standing.first_seen = (*seen_at).min(sight.standing.last_seen);
        }
    }
    let sources: FxHashSet<usize> = sights.iter().map(|sight| sight.import).collect();
    sights.sort_unstable_by_key(|sight| sight.standing.id);
    Ok(Standing {
        models: models.names,
        sources: sources.len() as u64,
        last_seen,
        offers: sights.into_iter().map(|sight| sight.standing).collect(),
    })
}

fn read_sights(
    connection: &Connection,
    import: &SourceImport,
    place: usize,
    as_of: Option<i64>,
    models: &mut Models,
    sights: &mut Vec<Sight>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {}, row.id, row.price, row.score, row.quantity, row.availability, row.seen_at, offer.flags,
           row.min_order_qty,
           COALESCE(offer.source_url, row.source_url, offer.seller, row.seller) IS NOT NULL
         FROM scored_listings AS row
         LEFT JOIN listings AS offer ON offer.id = row.listing_id
         WHERE row.import_id IS ?1
         ORDER BY row.import_index, row.id",
        offer_key::COLUMNS
    ))?;
    let mut rows = statement.query([&import.import_id])?;
    while let Some(row) = rows.next()? {
        let seen_at = match text(row, offer_key::WIDTH + 5)? {
            Some(own) => seconds_of(own).unwrap_or(import.seen_at),
            None => import.seen_at,
        };
        if as_of.is_none_or(|as_of| seen_at <= as_of) {
            sights.push(read(row, place, seen_at, models)?);
        }
    }
    Ok(())
}

fn text<'a>(row: &'a Row<'_>, place: usize) -> Result<Option<&'a str>, StoreError> {
    let value = row.get_ref(place)?.as_str_or_null();
    Ok(value.map_err(rusqlite::Error::from)?)
}

fn read(
    row: &Row<'_>,
    import: usize,
    seen_at: i64,
    models: &mut Models,
) -> Result<Sight, StoreError> {
    let at = |place: usize| offer_key::WIDTH + place;
    let lot_size: i64 = row.get(offer_key::LOT_SIZE)?;
    let lot_size = u32::try_from(lot_size).unwrap_or(u32::MAX).max(1);
    let quantity: Option<i64> = row.get(at(3))?;
    let availability = text(row, at(4))?;
    let cautions = text(row, at(6))?.map_or(Cautions::default(), Cautions::of_stored);
    Ok(Sight {
        key: OfferKey::of(row)?,
        import,
        is_named: row.get(at(8))?,
        standing: StandingOffer {
            id: row.get(at(0))?,
            offer: Offer {
                model: models.place_of(text(row, offer_key::MODEL)?.unwrap_or_default()),
                condition: text(row, offer_key::CONDITION)?.and_then(Condition::read),
                unit_price: row.get::<_, f64>(at(1))? / f64::from(lot_size),
                lot_size,
                quantity: quantity.and_then(|quantity| u32::try_from(quantity).ok()),
                is_sold: availability == Some("sold"),
                cautions,
            },
            score: row.get(at(2))?,
            first_seen: seen_at,
            last_seen: seen_at,
            is_available: !matches!(availability, Some("sold" | "out_of_stock")),
            min_order: row
                .get::<_, Option<i64>>(at(7))?
                .and_then(|least| u32::try_from(least).ok())
                .unwrap_or(1),
        },
    })
}

/// The names of models, each once.
#[derive(Default)]
struct Models {
    names: Vec<String>,
    places: FxHashMap<String, u32>,
}

impl Models {
    fn place_of(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }
}

/// Of an offer that several imports or rows show, those of its last sight stand; at one price it counts once, however often
/// the source repeats it. What was sold and what is asked are told apart.
fn keep_last_sights(sights: &mut Vec<Sight>) {
    let key_of = |sight: &Sight| (sight.key.whole, sight.standing.offer.is_sold);
    let mut last: FxHashMap<(u64, bool), (i64, usize)> = FxHashMap::default();
    for sight in sights.iter() {
        let seen = (sight.standing.last_seen, sight.import);
        let known = last.entry(key_of(sight)).or_insert(seen);
        *known = seen.max(*known);
    }
    let is_last =
        |sight: &Sight| last.get(&key_of(sight)) == Some(&(sight.standing.last_seen, sight.import));
    // One that can be bought stands for its repetitions.
    let with_price = |sight: &Sight| (key_of(sight), sight.standing.offer.unit_price.to_bits());
    let can_be_bought: FxHashSet<_> = sights
        .iter()
        .filter(|sight| is_last(sight) && sight.standing.is_available)
        .map(with_price)
        .collect();
    // Sources may differ in what they say of its region or condition: at one address, or of one seller, and at one price it
    // is one offer. The later source tells of it.
    let mut of_texts: FxHashMap<_, usize> = FxHashMap::default();
    let texts_of = |sight: &Sight| {
        let offer = &sight.standing.offer;
        (
            sight.key.texts,
            offer.model,
            offer.lot_size,
            offer.unit_price.to_bits(),
            offer.is_sold,
        )
    };
    for sight in sights
        .iter()
        .filter(|sight| sight.is_named && is_last(sight))
    {
        let known = of_texts.entry(texts_of(sight)).or_insert(sight.import);
        *known = sight.import.max(*known);
    }
    let is_told_elsewhere = |sight: &Sight| {
        let latest = of_texts.get(&texts_of(sight));
        sight.is_named && latest.is_some_and(|latest| *latest != sight.import)
    };
    let mut told = FxHashSet::default();
    sights.retain(|sight| {
        is_last(sight)
            && !is_told_elsewhere(sight)
            && (sight.standing.is_available || !can_be_bought.contains(&with_price(sight)))
            && told.insert(with_price(sight))
    });
}

/// Looks for the offers in what was imported before, or seen in another source.
fn find_first_sights(
    connection: &Connection,
    older: &[&SourceImport],
    first: &mut FirstSights,
) -> Result<(), StoreError> {
    if older.is_empty() {
        return Ok(());
    }
    let keys = keys_of_texts(connection, first)?;
    for import in older {
        for texts in segment::distinct_texts(connection, import.import_id.as_deref())? {
            let known = keys.get(&texts).and_then(|key| first.get_mut(key));
            if let Some(known) = known {
                *known = import.seen_at.min(*known);
            }
        }
    }
    Ok(())
}

/// The rows of `listings` with one of these keys.
fn keys_of_texts(
    connection: &Connection,
    wanted: &FirstSights,
) -> Result<FxHashMap<i64, [u8; offer::KEY_BYTES]>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT id, fingerprint FROM listings WHERE fingerprint IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut keys = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let fingerprint = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let key = fingerprint.first_chunk().copied();
        if let Some(key) = key.filter(|key| fingerprint.len() == 24 && wanted.contains_key(key)) {
            keys.insert(row.get(0)?, key);
        }
    }
    Ok(keys)
}
