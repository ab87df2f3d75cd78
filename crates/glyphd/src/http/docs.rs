//! The page at `/docs`: the description of the interface, to be read and tried. All of it is in the program.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::Response;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::context::Context;

/// What the viewer needs: its own files, styles that it sets by script, and pictures within them. It asks nobody else,
/// and no page may frame it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

pub(super) fn routes() -> Router<Context> {
    // Without a validator: that is a server of somebody else, which would be told the description.
    let config = Config::from("/openapi.json").validator_url("none");
    Router::from(SwaggerUi::new("/docs").config(config))
        .layer(middleware::map_response(allow_itself))
}

async fn allow_itself(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}
