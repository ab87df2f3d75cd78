//! The offers that stand in the market at a time: of each source the rows of what it showed last.

use glyph_core::listing::Condition;
use glyph_core::market::{Cautions, Offer};
use glyph_core::matching::Flag;
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
    standing: StandingOffer,
}

pub(super) fn standing_offers(
    connection: &Connection,
    filter: &StandingFilter,
) -> Result<Standing, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let as_of = filter.as_of;
    let mut imports = source_import::source_imports(&snapshot)?;
    if let Some(wanted) = &filter.import_id {
        imports.retain(|import| import.import_id.as_ref() == Some(wanted));
    }
    let chosen = source_import::latest_of_each_source(&imports, as_of);
    let mut models = Models::default();
    let mut sights = Vec::new();
    for place in &chosen {
        read_sights(
            &snapshot,
            &imports[*place],
            *place,
            as_of,
            &mut models,
            &mut sights,
        )?;
    }
    let last_seen = sights.iter().map(|sight| sight.standing.last_seen).max();
    if let (Some(window), Some(end)) = (filter.window_seconds, as_of.or(last_seen)) {
        sights.retain(|sight| sight.standing.last_seen >= end.saturating_sub(window));
    }
    keep_last_sights(&mut sights);
    let older: Vec<&SourceImport> = imports
        .iter()
        .enumerate()
        .filter(|(place, import)| {
            !chosen.contains(place) && as_of.is_none_or(|as_of| import.seen_at <= as_of)
        })
        .map(|(_, import)| import)
        .collect();
    find_first_sights(&snapshot, &older, &mut sights)?;
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
        "SELECT {}, row.id, row.price, row.score, row.quantity, row.availability, row.seen_at, offer.flags
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
    let flags = text(row, at(6))?.unwrap_or_default();
    let has = |flag: &Flag| flags.contains(&format!("\"{}\"", flag.as_str()));
    let cautions = if flags.is_empty() {
        Cautions::default()
    } else {
        Cautions::of(Flag::ALL.into_iter().filter(has))
    };
    Ok(Sight {
        key: OfferKey::of(row)?,
        import,
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
/// the source repeats it.
fn keep_last_sights(sights: &mut Vec<Sight>) {
    let mut last: FxHashMap<u64, (i64, usize)> = FxHashMap::default();
    for sight in sights.iter() {
        let seen = (sight.standing.last_seen, sight.import);
        let known = last.entry(sight.key.whole).or_insert(seen);
        *known = seen.max(*known);
    }
    let mut told = FxHashSet::default();
    sights.retain(|sight| {
        let key = sight.key.whole;
        last.get(&key) == Some(&(sight.standing.last_seen, sight.import))
            && told.insert((key, sight.standing.offer.unit_price.to_bits()))
    });
}

/// Looks for the offers in what was imported before, or seen in another source.
fn find_first_sights(
    connection: &Connection,
    older: &[&SourceImport],
    sights: &mut [Sight],
) -> Result<(), StoreError> {
    let mut first: FxHashMap<[u8; offer::KEY_BYTES], i64> = FxHashMap::default();
    for sight in sights.iter() {
        let known = first
            .entry(sight.key.texts)
            .or_insert(sight.standing.last_seen);
        *known = sight.standing.last_seen.min(*known);
    }
    if !older.is_empty() {
        let keys = keys_of_texts(connection, &first)?;
        for import in older {
            for texts in segment::distinct_texts(connection, import.import_id.as_deref())? {
                let known = keys.get(&texts).and_then(|key| first.get_mut(key));
                if let Some(known) = known {
                    *known = import.seen_at.min(*known);
                }
            }
        }
    }
    for sight in sights {
        if let Some(seen_at) = first.get(&sight.key.texts) {
            sight.standing.first_seen = *seen_at;
        }
    }
    Ok(())
}

/// The rows of `listings` with one of these keys.
fn keys_of_texts(
    connection: &Connection,
    wanted: &FxHashMap<[u8; offer::KEY_BYTES], i64>,
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
