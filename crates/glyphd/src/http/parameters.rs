//! What a request says, held against what the interface describes: an unknown parameter is refused by its name.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{Schema, SchemaType, Type};

use super::problem::{Code, Fault, Problem};

/// Query parameters. `T` derives [`IntoParams`], so what is described is what is taken.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned + IntoParams,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Query)
    }
}

fn parse<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
    let known = T::into_params(|| None);
    let given: Vec<(String, String)> = serde_html_form::from_str(query)
        .map_err(|error| Problem::new(Code::ParameterInvalid, error.to_string()))?;
    for (place, (name, value)) in given.iter().enumerate() {
        let Some(parameter) = known.iter().find(|known| known.name == *name) else {
            return Err(unknown(name, &known));
        };
        if value.is_empty() && !is_any_text(parameter) {
            return Err(Problem::of_parameter(
                Code::ParameterInvalid,
                name,
                format!("`{name}` is given without a value"),
            ));
        }
        let again = given.iter().skip(place + 1).any(|(other, _)| other == name);
        if again && !is_list(parameter) {
            return Err(Problem::of_parameter(
                Code::ParameterInvalid,
                name,
                format!("`{name}` is given twice"),
            ));
        }
    }
    let reader = serde_html_form::Deserializer::from_bytes(query.as_bytes());
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = error.path().to_string();
        let name = name.split('[').next().unwrap_or_default();
        Problem::of_parameter(
            Code::ParameterInvalid,
            name,
            format!("`{name}`: {}", error.inner()),
        )
    })
}

fn unknown(name: &str, known: &[Parameter]) -> Problem {
    let names: Vec<String> = known
        .iter()
        .map(|known| format!("`{}`", known.name))
        .collect();
    let detail = if names.is_empty() {
        format!("there is no parameter `{name}` here, nor any other")
    } else {
        format!(
            "there is no parameter `{name}` here: there are {}",
            names.join(", ")
        )
    };
    Problem::of_parameter(Code::ParameterUnknown, name, detail)
}

fn is_list(parameter: &Parameter) -> bool {
    matches!(parameter.schema, Some(RefOr::T(Schema::Array(_))))
}

/// Whether an empty text is a value: an absent one would be taken for it otherwise.
fn is_any_text(parameter: &Parameter) -> bool {
    match &parameter.schema {
        Some(RefOr::T(Schema::Object(schema))) => {
            schema.schema_type == SchemaType::Type(Type::String)
                && schema.format.is_none()
                && schema.pattern.is_none()
                && schema.enum_values.is_none()
        }
        _ => false,
    }
}

/// A part of the path, as text.
#[derive(Debug)]
pub(crate) struct Segment<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Segment<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::<T>::from_request_parts(parts, state)
            .await
            .map(|Path(value)| Segment(value))
            .map_err(|_| Problem::new(Code::NotFound, "there is nothing at this address"))
    }
}

/// No query at all.
#[derive(Debug, serde::Deserialize, IntoParams)]
pub(crate) struct Nothing {}

/// The longest that a JSON body may take to come.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// A JSON object as the body. Where it is wrong, the problem points at the place.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T, S> FromRequest<S> for JsonBody<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read_json(request, state, b"{", "the body must be a JSON object")
            .await
            .map(JsonBody)
    }
}

/// As [`JsonBody`], a JSON array.
#[derive(Debug)]
pub(crate) struct JsonList<T>(pub(crate) Vec<T>);

impl<T, S> FromRequest<S> for JsonList<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read_json(request, state, b"[", "the body must be a JSON array")
            .await
            .map(JsonList)
    }
}

async fn read_json<T: DeserializeOwned>(
    request: Request,
    state: &(impl Send + Sync),
    opening: &[u8],
    wanted: &'static str,
) -> Result<T, Problem> {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
        });
    if !is_json {
        return Err(Problem::new(
            Code::MediaTypeUnsupported,
            "the body must be `application/json`",
        ));
    }
    let bytes = tokio::time::timeout(BODY_PATIENCE, Bytes::from_request(request, state))
        .await
        .map_err(|_| Problem::new(Code::RequestTimedOut, "the body took too long to come"))?
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(Code::BodyTooLarge, "the body is longer than is allowed")
            }
            _ => Problem::new(Code::BodyInvalid, "the body broke off"),
        })?;
    // A struct would be read from a list of its values, too.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|first| !opening.contains(first)) {
        return Err(Problem::new(Code::BodyInvalid, wanted));
    }
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer_of(error.path());
        let detail = error.inner().to_string();
        Problem {
            errors: vec![Fault {
                parameter: None,
                pointer: Some(pointer),
                detail: detail.clone(),
            }],
            ..Problem::new(Code::BodyInvalid, detail)
        }
    })?;
    reader
        .end()
        .map_err(|error| Problem::new(Code::BodyInvalid, error.to_string()))?;
    Ok(value)
}

/// RFC 6901.
fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}
