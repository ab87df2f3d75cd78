//! What went wrong, as `application/problem+json` (RFC 9457), and nothing of what the server is made of.
//!
//! Every problem has a code from [`Code`]; `docs/ERRORS.md` has the table, and a test holds the two together.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use glyph_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::command::Hinted;

/// What kind of problem it is. Clients rely on the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    ParameterUnknown,
    ParameterInvalid,
    BodyInvalid,
    BodyTooLarge,
    MediaTypeUnsupported,
    SourceRefused,
    OriginRefused,
    NotFound,
    MethodNotAllowed,
    ImportUnknown,
    ImportAmbiguous,
    ImportNotInForce,
    ImportHasNoSource,
    ListingUnknown,
    ModelUnknown,
    JobUnknown,
    JobEnded,
    JobCancelled,
    JobCutOff,
    RequestRunning,
    KeyReused,
    TokenMissing,
    TokenRefused,
    ScopeTooNarrow,
    ProfileUnknown,
    NothingToRepair,
    RepairRefused,
    CursorUnknown,
    TooManyImports,
    DatabaseBusy,
    DatabaseNotWritable,
    DiskFull,
    RequestTimedOut,
    ServerStopping,
    Internal,
}

impl Code {
    #[cfg(test)]
    pub(crate) const ALL: [Code; 35] = [
        Code::ParameterUnknown,
        Code::ParameterInvalid,
        Code::BodyInvalid,
        Code::BodyTooLarge,
        Code::MediaTypeUnsupported,
        Code::SourceRefused,
        Code::OriginRefused,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::ImportUnknown,
        Code::ImportAmbiguous,
        Code::ImportNotInForce,
        Code::ImportHasNoSource,
        Code::ListingUnknown,
        Code::ModelUnknown,
        Code::JobUnknown,
        Code::JobEnded,
        Code::JobCancelled,
        Code::JobCutOff,
        Code::RequestRunning,
        Code::KeyReused,
        Code::TokenMissing,
        Code::TokenRefused,
        Code::ScopeTooNarrow,
        Code::ProfileUnknown,
        Code::NothingToRepair,
        Code::RepairRefused,
        Code::CursorUnknown,
        Code::TooManyImports,
        Code::DatabaseBusy,
        Code::DatabaseNotWritable,
        Code::DiskFull,
        Code::RequestTimedOut,
        Code::ServerStopping,
        Code::Internal,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        self.parts().0
    }

    pub(crate) fn status(self) -> StatusCode {
        self.parts().1
    }

    fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Code::ParameterUnknown => (
                "parameter_unknown",
                StatusCode::BAD_REQUEST,
                "Unknown parameter",
            ),
            Code::ParameterInvalid => (
                "parameter_invalid",
                StatusCode::BAD_REQUEST,
                "Invalid parameter",
            ),
            Code::BodyInvalid => (
                "body_invalid",
                StatusCode::UNPROCESSABLE_ENTITY,
                "Invalid body",
            ),
            Code::BodyTooLarge => (
                "body_too_large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "Body too large",
            ),
            Code::MediaTypeUnsupported => (
                "media_type_unsupported",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
            ),
            Code::SourceRefused => (
                "source_refused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The file cannot be imported",
            ),
            Code::OriginRefused => ("origin_refused", StatusCode::FORBIDDEN, "Refused origin"),
            Code::NotFound => ("not_found", StatusCode::NOT_FOUND, "Not found"),
            Code::MethodNotAllowed => (
                "method_not_allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "Method not allowed",
            ),
            Code::ImportUnknown => ("import_unknown", StatusCode::NOT_FOUND, "Unknown import"),
            Code::ImportAmbiguous => (
                "import_ambiguous",
                StatusCode::CONFLICT,
                "Several imports are meant",
            ),
            Code::ImportNotInForce => (
                "import_not_in_force",
                StatusCode::CONFLICT,
                "The import is not in force",
            ),
            Code::ImportHasNoSource => (
                "import_has_no_source",
                StatusCode::CONFLICT,
                "The import has no source to give back",
            ),
            Code::ListingUnknown => ("listing_unknown", StatusCode::NOT_FOUND, "Unknown listing"),
            Code::ModelUnknown => ("model_unknown", StatusCode::NOT_FOUND, "Unknown model"),
            Code::JobUnknown => ("job_unknown", StatusCode::NOT_FOUND, "Unknown job"),
            Code::JobEnded => ("job_ended", StatusCode::CONFLICT, "The job has ended"),
            Code::JobCancelled => (
                "job_cancelled",
                StatusCode::CONFLICT,
                "The job was cancelled",
            ),
            Code::JobCutOff => (
                "job_cut_off",
                StatusCode::SERVICE_UNAVAILABLE,
                "The server ended",
            ),
            Code::RequestRunning => (
                "request_running",
                StatusCode::CONFLICT,
                "The request is running",
            ),
            Code::KeyReused => (
                "key_reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The key is another request's",
            ),
            Code::TokenMissing => (
                "token_missing",
                StatusCode::UNAUTHORIZED,
                "A token is needed",
            ),
            Code::TokenRefused => (
                "token_refused",
                StatusCode::UNAUTHORIZED,
                "The token is refused",
            ),
            Code::ScopeTooNarrow => (
                "scope_too_narrow",
                StatusCode::FORBIDDEN,
                "The token's scope is too narrow",
            ),
            Code::ProfileUnknown => (
                "profile_unknown",
                StatusCode::CONFLICT,
                "The scoring profile is not at hand",
            ),
            Code::NothingToRepair => (
                "nothing_to_repair",
                StatusCode::CONFLICT,
                "Nothing to repair",
            ),
            Code::RepairRefused => (
                "repair_refused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The repair does not fit",
            ),
            Code::CursorUnknown => (
                "cursor_unknown",
                StatusCode::NOT_FOUND,
                "There is no such page",
            ),
            Code::TooManyImports => (
                "too_many_imports",
                StatusCode::SERVICE_UNAVAILABLE,
                "Too many imports are waiting",
            ),
            Code::DatabaseBusy => (
                "database_busy",
                StatusCode::SERVICE_UNAVAILABLE,
                "The database is busy",
            ),
            Code::DatabaseNotWritable => (
                "database_not_writable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The database cannot be written",
            ),
            Code::DiskFull => (
                "disk_full",
                StatusCode::SERVICE_UNAVAILABLE,
                "The disk is full",
            ),
            Code::RequestTimedOut => (
                "request_timed_out",
                StatusCode::REQUEST_TIMEOUT,
                "The request took too long",
            ),
            Code::ServerStopping => (
                "server_stopping",
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is stopping",
            ),
            Code::Internal => (
                "internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal error",
            ),
        }
    }
}

/// Seconds after which a request that found the server busy may come again.
const RETRY_AFTER_SECONDS: u64 = 5;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// The name of a parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// The place in a JSON body, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    pub(crate) detail: String,
}

/// A problem on its way to the client.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    pub(crate) detail: String,
    pub(crate) errors: Vec<Fault>,
}

/// A problem as it is written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// `urn:glyphd:problem:` and the code.
    #[schema(example = "urn:glyphd:problem:import_unknown")]
    r#type: String,
    title: &'static str,
    /// The HTTP status.
    status: u16,
    detail: String,
    /// The address that was asked for; absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Fault>,
}

impl ProblemBody {
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem {
            code,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// A wrong parameter.
    pub(crate) fn of_parameter(code: Code, name: &str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        Problem {
            errors: vec![Fault {
                parameter: Some(name.to_owned()),
                pointer: None,
                detail: detail.clone(),
            }],
            ..Problem::new(code, detail)
        }
    }

    /// A cursor that leads nowhere: another list's, or the listing that it stands for is gone.
    pub(crate) fn unknown_cursor() -> Problem {
        Problem::of_parameter(
            Code::CursorUnknown,
            "cursor",
            "the cursor leads nowhere in this list: begin at the first page again",
        )
    }

    /// What the log has in full and the client must not see.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Problem {
        tracing::error!(error = %format_args!("{error:#}"), "a request failed");
        Problem::new(
            Code::Internal,
            "the server could not answer; its log tells why",
        )
    }

    pub(crate) fn body(&self, instance: Option<String>) -> ProblemBody {
        let (code, status, title) = self.code.parts();
        ProblemBody {
            r#type: format!("urn:glyphd:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: self.detail.clone(),
            instance,
            code: self.code,
            errors: self.errors.clone(),
        }
    }
}

/// The problem goes along with the response, so that a layer can add the address and the old interface its own shape.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let mut response = (status, Json(self.body(None))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

pub(crate) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let code = match &error {
            StoreError::ImportUnknown(_) => Code::ImportUnknown,
            StoreError::ImportAmbiguous { .. } => Code::ImportAmbiguous,
            StoreError::AlreadyUndone(_) | StoreError::NotListings(_) => Code::ImportNotInForce,
            StoreError::NothingToRepair(_) => Code::NothingToRepair,
            StoreError::RepairRowCount { .. } | StoreError::RateDiffers { .. } => {
                Code::RepairRefused
            }
            StoreError::PlaceGone => return Problem::unknown_cursor(),
            StoreError::Busy => Code::DatabaseBusy,
            StoreError::Locked { .. } => {
                return Problem::new(Code::DatabaseBusy, StoreError::Busy.to_string());
            }
            StoreError::NotWritable => Code::DatabaseNotWritable,
            StoreError::ReadOnly { .. } => {
                let told = StoreError::NotWritable.to_string();
                return Problem::new(Code::DatabaseNotWritable, told);
            }
            StoreError::DiskFull => Code::DiskFull,
            _ => return Problem::internal(&anyhow::Error::new(error)),
        };
        Problem::new(code, error.to_string())
    }
}

/// What an import or a repair failed with.
impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Problem {
        let error = match error.downcast::<StoreError>() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        let error = match error.downcast::<Problem>() {
            Ok(problem) => return problem,
            Err(error) => error,
        };
        let is_full = error.chain().any(|cause| {
            cause
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::StorageFull)
        });
        if is_full {
            return Problem::new(Code::DiskFull, StoreError::DiskFull.to_string());
        }
        // What has a way out for the user is about what the user sent.
        match error.downcast_ref::<Hinted>() {
            Some(hinted) => Problem::new(Code::SourceRefused, hinted.to_string()),
            None => Problem::internal(&error),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}
