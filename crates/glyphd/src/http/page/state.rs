//! The database and what runs on it: schema, registry, tokens, size, backups.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use glyph_store::service::TokenRecord;
use glyph_store::sqlite::migration::{self, Version};
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, page, waiting};
use crate::clock;
use crate::html::parts::{bytes, chip, count, day_and_hour, figures, head, none, section, table};
use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::picture::picture;
use crate::token::is_in_force;

/// A backup beside the database.
struct Backup {
    name: String,
    bytes: u64,
    made_at: String,
}

pub(crate) async fn show(State(context): State<Context>, uri: Uri) -> Result<Response, Shown> {
    let Some(picture) = picture(&context).await? else {
        return Ok(waiting(
            Place::State,
            &uri,
            context.names.registry.version(),
        ));
    };
    let path = context.database.path().to_owned();
    let (outline, backups) =
        blocking(move || Ok((migration::outline(&path)?, backups_beside(&path)))).await?;
    let tokens = context
        .database
        .read(|store| Ok(store.list_tokens()?))
        .await?;
    let registry = &context.names.registry;
    let is_current = outline.version == Some(Version::CURRENT);
    let totals = picture.totals;
    let main = html! {
        (head("State", &html! { "The database and what runs on it" }, &none(), None))
        (figures(&[
            (
                "Rows",
                html! { (count(totals.total_rows)) },
                html! { (count(totals.scored_rows)) " scored, " (count(totals.unmatched_rows)) " unmatched, " (count(totals.rejected_rows)) " rejected" },
            ),
            (
                "Database",
                html! { (bytes(outline.bytes)) },
                html! { (context.database.path().file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())) },
            ),
            (
                "Schema",
                html! { (outline.version.map_or("unknown".to_owned(), |version| version.to_string())) },
                html! { @if is_current { (chip("ok", "current")) } @else { (chip("bad", "needs migrating")) } },
            ),
            ("Registry", html! { (registry.version()) }, html! { (count(registry.models().len() as u64)) " models" }),
            (
                "Fair price",
                html! { @match &picture.market.fair_price { Ok(fit) => { "±" (format!("{:.0} %", fit.error * 100.0)) } Err(_) => { "off" } } },
                html! {
                    @match &picture.market.fair_price {
                        Ok(fit) => { "a fit over " (fit.models) " models" }
                        Err(unfit) => { (unfit.to_string()) }
                    }
                },
            ),
        ]))
        div class="cols" {
            (section("schema", "Schema history", &none(), &table(
                "Schema history",
                "",
                &[("Version", ""), ("Step", ""), ("Applied", "num")],
                &html! {
                    @for applied in outline.history.iter().rev() {
                        tr {
                            th scope="row" { (applied.version) }
                            td { (applied.description.as_deref().unwrap_or_default()) }
                            td class="num nowrap" { (applied.applied_at.as_deref().map_or(String::new(), day_and_hour)) }
                        }
                    }
                },
            )))
            (tokens_of(&tokens, context.needs_token))
            (backups_of(backups.as_deref()))
        }
        p class="muted" {
            "Whether the database keeps its promises is verified by " code { "glyphd check" } "."
        }
    };
    Ok(page("State", Place::State, registry.version(), &main))
}

fn tokens_of(tokens: &[TokenRecord], needs_token: bool) -> Markup {
    let now = clock::now();
    let remark = html! {
        @if needs_token { "Nobody may ask without one. " }
        @else { "The server listens at this machine alone, and asks for none. " }
        code { "glyphd token create" } " makes one"
    };
    let body = if tokens.is_empty() {
        html! { p class="muted" { "There are no tokens." } }
    } else {
        table(
            "Tokens",
            "",
            &[("Name", ""), ("May", ""), ("Made", "num"), ("State", "")],
            &html! {
                @for token in tokens {
                    tr {
                        th scope="row" { (token.name.as_deref().unwrap_or(&token.id)) }
                        td { (token.scope) }
                        td class="num nowrap" { (crate::html::parts::day(&token.created_at)) }
                        td {
                            @if is_in_force(token, now) { (chip("ok", "in force")) }
                            @else if token.revoked_at.is_some() { (chip("none", "taken back")) }
                            @else { (chip("none", "ended")) }
                        }
                    }
                }
            },
        )
    };
    let body = html! {
        (body)
        @if needs_token {
            form class="actions" method="post" action="/logout" { button type="submit" { "Sign out" } }
        }
    };
    section("tokens", "Tokens", &remark, &body)
}

fn backups_of(backups: Result<&[Backup], &std::io::Error>) -> Markup {
    let body = match backups {
        Err(error) => html! {
            p { (chip("bad", "not listed")) " The folder of the database could not be listed: " (error) ". Check its permissions." }
        },
        Ok([]) => html! {
            p class="muted" { "There is no backup beside the database. " code { "glyphd migrate backup FILE" } " makes one." }
        },
        Ok(backups) => table(
            "Backups",
            "",
            &[("File", ""), ("Size", "num"), ("Made", "num")],
            &html! {
                @for backup in backups {
                    tr {
                        th scope="row" class="mono" { (backup.name) }
                        td class="num nowrap" { (bytes(backup.bytes)) }
                        td class="num nowrap" { (day_and_hour(&backup.made_at)) }
                    }
                }
            },
        ),
    };
    section("backups", "Backups", &none(), &body)
}

/// The backups that migrations left in the folder of the database, the newest first.
fn backups_beside(path: &std::path::Path) -> std::io::Result<Vec<Backup>> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let prefix = format!("{}.backup-", name.unwrap_or_default());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| std::path::Path::new("."));
    let mut backups = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Others may go while they are listed.
        if !name.starts_with(&prefix) {
            continue;
        }
        let known = entry.metadata()?;
        if known.is_file() {
            let made_at = jiff::Timestamp::try_from(known.modified()?);
            backups.push(Backup {
                name,
                bytes: known.len(),
                made_at: made_at.map(clock::text).map_err(std::io::Error::other)?,
            });
        }
    }
    backups.sort_by(|one, other| other.made_at.cmp(&one.made_at));
    Ok(backups)
}
