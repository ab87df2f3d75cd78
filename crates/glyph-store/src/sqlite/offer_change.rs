//! What changed from one import to another: the offers of both, put beside each other by what makes them the same.
//!
//! Of every row only a key of 8 bytes, its price and its place are held; records are read of those that changed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::ControlFlow;

use rusqlite::Connection;

use super::offer_key::{self, OfferKey};
use super::{listing, source_import};
use crate::error::StoreError;
use crate::history::{ChangeFilter, ChangeKind, FoundChange, OfferChange};
use crate::import::{ImportDiff, PriceChange};

/// A row of an import, as far as it is compared.
#[derive(Debug, Clone, Copy)]
struct Sight {
    /// A hash over what makes the offer the same.
    key: u64,
    /// Of the whole lot: minor units of the currency that it is given in; cents for rows of the old program.
    price: f64,
    /// The number of the row, or where it has none its id: the order of its import.
    index: i64,
    id: i64,
}

/// An offer in both imports, or in one of them.
type Pair = (Option<Sight>, Option<Sight>);

/// The rows of an import that a filter may let through, by their keys, their prices and their order.
fn sights(
    connection: &Connection,
    import_id: &str,
    filter: &ChangeFilter,
) -> Result<Vec<Sight>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {}, row.id, COALESCE(row.import_index, row.id), COALESCE(row.price_minor, row.price * 100)
         FROM scored_listings AS row
         LEFT JOIN listings AS offer ON offer.id = row.listing_id
         WHERE row.import_id = ?1 AND (?2 IS NULL OR row.region = ?2)",
        offer_key::COLUMNS
    ))?;
    let mut rows = statement.query((import_id, &filter.region))?;
    let mut sights = Vec::new();
    while let Some(row) = rows.next()? {
        let model = row
            .get_ref(offer_key::MODEL)?
            .as_str()
            .map_err(rusqlite::Error::from)?;
        let is_model = |wanted: &String| wanted.eq_ignore_ascii_case(model);
        if !filter.models.is_empty() && !filter.models.iter().any(is_model) {
            continue;
        }
        sights.push(Sight {
            key: OfferKey::of(row)?.whole,
            price: row.get(offer_key::WIDTH + 2)?,
            index: row.get(offer_key::WIDTH + 1)?,
            id: row.get(offer_key::WIDTH)?,
        });
    }
    sights.sort_unstable_by(|one, other| {
        one.key
            .cmp(&other.key)
            .then(one.price.total_cmp(&other.price))
            .then(one.index.cmp(&other.index))
    });
    Ok(sights)
}

/// What differs, in the order of the new import's rows, then what is gone in the order of the old one's; and how many
/// rows are the same.
fn differences(old: &[Sight], new: &[Sight]) -> (Vec<Pair>, u64) {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut unchanged = 0;
    let (mut old, mut new) = (old, new);
    loop {
        let order = match (old.first(), new.first()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.key.cmp(&new.key),
        };
        match order {
            Ordering::Less => pairs.extend(take_same(&mut old).iter().map(|it| (Some(*it), None))),
            Ordering::Greater => {
                pairs.extend(take_same(&mut new).iter().map(|it| (None, Some(*it))));
            }
            Ordering::Equal => {
                unchanged += compare(take_same(&mut old), take_same(&mut new), &mut pairs);
            }
        }
    }
    pairs.sort_by_key(|(old, new)| match new {
        Some(new) => (false, new.index),
        None => (true, old.map_or(0, |old| old.index)),
    });
    (pairs, unchanged)
}

/// The rows of the offer that comes first.
fn take_same<'a>(sights: &mut &'a [Sight]) -> &'a [Sight] {
    let key = sights.first().map(|sight| sight.key);
    let count = sights
        .iter()
        .take_while(|sight| Some(sight.key) == key)
        .count();
    let (same, rest) = sights.split_at(count);
    *sights = rest;
    same
}

/// Compares the rows of one offer, each side in the order of its prices; gives how many are the same. A catalogue may list
/// an offer several times and in any order: rows of equal price are the same, and only what is left over is paired, in row
/// order.
fn compare(old: &[Sight], new: &[Sight], pairs: &mut Vec<Pair>) -> u64 {
    let mut unchanged = 0;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut rest = new;
    for old in old {
        while let Some((first, behind)) = rest.split_first() {
            match first.price.total_cmp(&old.price) {
                Ordering::Less => right.push(*first),
                Ordering::Equal | Ordering::Greater => break,
            }
            rest = behind;
        }
        match rest.split_first() {
            Some((first, behind)) if first.price.total_cmp(&old.price).is_eq() => {
                unchanged += 1;
                rest = behind;
            }
            _ => left.push(*old),
        }
    }
    right.extend(rest);
    left.sort_by_key(|sight| sight.index);
    right.sort_by_key(|sight| sight.index);
    let both = left.len().min(right.len());
    pairs.extend(
        left.iter()
            .zip(&right)
            .map(|(old, new)| (Some(*old), Some(*new))),
    );
    pairs.extend(left.iter().skip(both).map(|old| (Some(*old), None)));
    pairs.extend(right.iter().skip(both).map(|new| (None, Some(*new))));
    unchanged
}

/// The change that a pair is, with its records.
fn change_of(connection: &Connection, pair: &Pair) -> Result<OfferChange, StoreError> {
    let find = |sight: &Sight| {
        let found = listing::find_listing(connection, sight.id)?;
        found
            .map(Box::new)
            .ok_or(StoreError::RecordLost("a row that was just compared"))
    };
    Ok(match pair {
        (Some(before), Some(after)) => OfferChange::Price {
            old: find(before)?,
            new: find(after)?,
            percent: percent_of(before, after),
        },
        (None, Some(new)) => OfferChange::Appeared(find(new)?),
        (Some(old), None) => OfferChange::Gone(find(old)?),
        (None, None) => return Err(StoreError::RecordLost("both rows of a comparison")),
    })
}

/// In per cent of the old price; absent where there is none to compare with.
fn percent_of(old: &Sight, new: &Sight) -> Option<f64> {
    Some((new.price - old.price) / old.price * 100.0).filter(|percent| percent.is_finite())
}

pub(super) fn diff_imports(
    connection: &Connection,
    old: &str,
    new: &str,
    most: usize,
) -> Result<ImportDiff, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let any = ChangeFilter::default();
    let (pairs, unchanged) = differences(
        &sights(&snapshot, old, &any)?,
        &sights(&snapshot, new, &any)?,
    );
    let mut diff = ImportDiff {
        old_import: old.to_owned(),
        new_import: new.to_owned(),
        unchanged,
        ..ImportDiff::default()
    };
    let (mut changed, mut others): (Vec<&Pair>, Vec<&Pair>) = pairs
        .iter()
        .partition(|(old, new)| old.is_some() && new.is_some());
    diff.changed_count = changed.len() as u64;
    let is_cheaper = |(old, new): &&&Pair| {
        old.zip(*new)
            .is_some_and(|(old, new)| new.price < old.price)
    };
    diff.cheaper_count = changed.iter().filter(is_cheaper).count() as u64;
    if changed.len() > most {
        changed.sort_by(|one, other| size_of(other).total_cmp(&size_of(one)));
        changed.truncate(most);
    }
    others.retain(|(old, _)| {
        let count = match old {
            Some(_) => &mut diff.gone_count,
            None => &mut diff.appeared_count,
        };
        *count += 1;
        *count <= most as u64
    });
    for pair in changed.into_iter().chain(others) {
        match change_of(&snapshot, pair)? {
            OfferChange::Price { old, new, .. } => diff.price_changes.push(PriceChange {
                title: new.title,
                seller: new.seller,
                canonical_model: new.canonical_model,
                old_index: old.import_index,
                new_index: new.import_index,
                old_price: old.price,
                new_price: new.price,
            }),
            OfferChange::Appeared(listing) => diff.appeared.push(*listing),
            OfferChange::Gone(listing) => diff.gone.push(*listing),
        }
    }
    Ok(diff)
}

/// An import with the one of the same source before it.
struct Following {
    new_import: String,
    found_at: String,
    old_import: String,
}

/// Every import in force that follows one of the same source, the newest first: by when they were seen, whenever they
/// were imported.
fn following(connection: &Connection, filter: &ChangeFilter) -> Result<Vec<Following>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT import_id, seen_at, source_name FROM import_batches
         WHERE state = 'done' AND seen_at IS NOT NULL
         ORDER BY seen_at, imported_at, id",
    )?;
    let mut rows = statement.query([])?;
    let mut last: HashMap<String, String> = HashMap::new();
    let mut following = Vec::new();
    while let Some(row) = rows.next()? {
        let (new_import, found_at): (String, String) = (row.get(0)?, row.get(1)?);
        let source_name: Option<String> = row.get(2)?;
        let source_name = source_name.unwrap_or_default();
        let Some(label) = source_import::source_label(&source_name) else {
            continue;
        };
        let Some(old_import) = last.insert(label.to_owned(), new_import.clone()) else {
            continue;
        };
        let is_wanted = filter
            .source_name
            .as_ref()
            .is_none_or(|wanted| *wanted == source_name || *wanted == label)
            && filter.after.as_ref().is_none_or(|after| found_at > *after)
            && filter.until.as_ref().is_none_or(|until| found_at <= *until)
            && filter
                .new_import
                .as_ref()
                .is_none_or(|wanted| *wanted == new_import);
        if is_wanted {
            following.push(Following {
                new_import,
                found_at,
                old_import,
            });
        }
    }
    following.reverse();
    following.truncate(filter.last_imports.unwrap_or(usize::MAX));
    Ok(following)
}

/// Visits changes, those of the newest imports first, and of one import in the order of its rows.
pub(super) fn visit_changes(
    connection: &Connection,
    filter: &ChangeFilter,
    visit: &mut dyn FnMut(FoundChange) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let following = following(&snapshot, filter)?;
    let begins = filter.place.as_ref();
    let imports = following
        .into_iter()
        .skip_while(|import| begins.is_some_and(|begins| begins.import_id != import.new_import));
    for Following {
        new_import,
        found_at,
        old_import,
    } in imports
    {
        let first = begins
            .filter(|begins| begins.import_id == new_import)
            .map_or(0, |begins| begins.place.saturating_add(1));
        let (pairs, _) = differences(
            &sights(&snapshot, &old_import, filter)?,
            &sights(&snapshot, &new_import, filter)?,
        );
        let mut placed: Vec<(u64, &Pair)> = (0_u64..).zip(&pairs).collect();
        if filter.largest_first {
            placed.sort_by(|(_, one), (_, other)| size_of(other).total_cmp(&size_of(one)));
        }
        for (place, pair) in placed {
            if place < first || !is_wanted(filter, pair) {
                continue;
            }
            let change = change_of(&snapshot, pair)?;
            let found = FoundChange {
                found_at: found_at.clone(),
                old_import: old_import.clone(),
                new_import: new_import.clone(),
                place,
                change,
            };
            if visit(found).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// How far a price moved, up or down, in per cent; 0 where it did not, or cannot be told so.
fn size_of((old, new): &Pair) -> f64 {
    let percent = old.zip(*new).and_then(|(old, new)| percent_of(&old, &new));
    percent.map_or(0.0, f64::abs)
}

/// As far as it can be told without the records.
fn is_wanted(filter: &ChangeFilter, (old, new): &Pair) -> bool {
    let kind = match (old, new) {
        (Some(_), Some(_)) => ChangeKind::Price,
        (None, _) => ChangeKind::Appeared,
        (_, None) => ChangeKind::Gone,
    };
    if filter.kind.is_some_and(|wanted| wanted != kind) {
        return false;
    }
    let Some(least) = filter.min_percent else {
        return true;
    };
    old.zip(*new)
        .and_then(|(old, new)| percent_of(&old, &new))
        .is_some_and(|percent| percent.abs() >= least)
}
