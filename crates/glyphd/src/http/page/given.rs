//! What an address of a page says. Fields that a form sends empty are not there.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::html::parts::encoded;

/// The parameters of a page, each once, without those that are empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Given {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Given, Self::Rejection> {
        Ok(Given::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Given {
    fn parse(query: &str) -> Given {
        let mut given: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let is_known = given.iter().any(|(known, _)| *known == name);
            if !value.trim().is_empty() && !is_known {
                given.push((name.into_owned(), value.trim().to_owned()));
            }
        }
        Given(given)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        let text = self.get(name)?.replace(',', "");
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The address of the same page with a parameter changed, or left out.
    pub(super) fn with(&self, path: &str, name: &str, value: Option<&str>) -> String {
        let others = self
            .0
            .iter()
            // The place in the old answer means nothing in another one.
            .filter(|(known, _)| known != name && known != "after")
            .map(|(known, value)| (known.as_str(), value.as_str()));
        let pairs: Vec<String> = others
            .chain(value.map(|value| (name, value)))
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        if pairs.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_left_out_and_others_kept_in_addresses() {
        let given = Given::parse("q=a+b&model=&min_price=1%2C200&after=s1");
        assert_eq!(given.get("q"), Some("a b"));
        assert_eq!(given.get("model"), None);
        assert_eq!(given.number("min_price"), Some(1200.0));
        let address = given.with("/listings", "sort", Some("price"));
        assert_eq!(address, "/listings?q=a+b&min_price=1%2C200&sort=price");
        assert_eq!(Given::default().with("/listings", "q", None), "/listings");
    }
}
