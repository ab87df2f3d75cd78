//! What makes rows of different imports the same offer.
//!
//! An offer is its address where it has one that names a page, else its title; and in either case its seller, its model,
//! its condition and its region. An address alone does not do: markets show many sellers at one, and search pages many
//! offers. The title may change at an address. Model, condition and region stand in the row; the rest is in its texts.

use std::borrow::Cow;
use std::fmt::Write;

use url::Url;

/// Bytes of [`key`].
pub(crate) const KEY_BYTES: usize = 8;

/// Query parameters that say how somebody came to a page, and not which page it is. The names are those of the tags of
/// Google, Meta, Microsoft, Yandex, Mailchimp, `HubSpot`, Instagram and eBay.
const TRACKING: [&str; 16] = [
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "mc_cid",
    "mc_eid",
    "_hsenc",
    "_hsmi",
    "igshid",
    "srsltid",
    "_trkparms",
    "_trksid",
];

/// What the texts of an offer begin with in the index of fingerprints: BLAKE3, cut to 8 bytes. Part of schema 1.6.0.
pub(crate) fn key(
    source_url: Option<&str>,
    seller: Option<&str>,
    title: Option<&str>,
) -> [u8; KEY_BYTES] {
    let mut hasher = blake3::Hasher::new();
    if let Some(address) = source_url.and_then(canonical_address) {
        hasher.update(b"address\0");
        hasher.update(address.as_bytes());
    } else {
        hasher.update(b"title\0");
        hasher.update(folded(title.unwrap_or_default()).as_bytes());
    }
    hasher.update(b"\0seller\0");
    hasher.update(folded(seller.unwrap_or_default()).as_bytes());
    let mut key = [0; KEY_BYTES];
    key.copy_from_slice(&hasher.finalize().as_bytes()[..KEY_BYTES]);
    key
}

/// The address of a page in the one form that all ways to write it have: without the scheme, the fragment, what tracks
/// its visitors and a slash at the end; the query's parameters in order. `None` where it names no page of the web, or only
/// the front page of a shop.
fn canonical_address(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let path = url.path().trim_end_matches('/');
    let mut parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> = url
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("utm_") && !TRACKING.contains(&&**name))
        .collect();
    parameters.sort();
    if path.is_empty() && parameters.is_empty() {
        return None;
    }
    let mut address = String::with_capacity(text.len());
    address.push_str(url.host_str()?);
    if let Some(port) = url.port() {
        write!(address, ":{port}").ok()?;
    }
    address.push_str(path);
    for (name, value) in parameters {
        address.extend(["\0", &name, "\0", &value]);
    }
    Some(address)
}

/// In small letters, with one space between words.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_address(address: &str) -> [u8; KEY_BYTES] {
        key(Some(address), Some("Northwind"), Some("NVIDIA L4"))
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let plain = of_address("https://shop.example/l4?size=24&new=1");
        for same in [
            "http://shop.example/l4?size=24&new=1",
            "https://SHOP.example:443/l4/?new=1&size=24",
            " https://shop.example/l4?new=1&size=24#reviews",
            "https://shop.example/l4?new=1&utm_source=mail&size=24&fbclid=x",
        ] {
            assert_eq!(of_address(same), plain, "{same}");
        }
        for other in [
            "https://shop.example/L4?size=24&new=1",
            "https://shop.example/l4?size=48&new=1",
            "https://shop.example/l4",
            "https://shop.example:8443/l4?size=24&new=1",
            "https://www.shop.example/l4?size=24&new=1",
        ] {
            assert_ne!(of_address(other), plain, "{other}");
        }
        let address = Some("https://shop.example/l4?size=24&new=1");
        assert_eq!(
            key(address, Some("Northwind"), Some("L4, now cheaper")),
            plain
        );
        assert_ne!(key(address, Some("Contoso"), Some("NVIDIA L4")), plain);
    }

    #[test]
    fn without_an_address_the_title_counts() {
        let plain = key(None, Some("Northwind"), Some("NVIDIA L4"));
        assert_eq!(key(None, Some(" northwind "), Some("nvidia  l4")), plain);
        for front_page in [
            "https://shop.example",
            "http://shop.example/?utm_medium=x",
            "see ebay",
            "mailto:a@b.example",
        ] {
            assert_eq!(of_address(front_page), plain, "{front_page}");
        }
        assert_ne!(key(None, Some("Contoso"), Some("NVIDIA L4")), plain);
        assert_ne!(key(None, Some("NVIDIA L4"), Some("Northwind")), plain);
        assert_ne!(key(None, None, Some("NVIDIA L4")), plain);
    }
}
