//! `glyphd token`: who may use the HTTP interface.

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use glyph_store::service::TokenRecord;
use glyph_store::store::Store;
use jiff::Timestamp;
use serde::Serialize;

use super::failure::{Hinted, Status};
use super::import::time;
use super::store::{open, open_for_reading, open_or_create};
use crate::token::{Scope, Token};
use crate::{clock, output};

/// Say who may use the HTTP interface.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a token and show it, once: only a hash of it is kept.
    #[command(after_help = "Example:\n  glyphd token create --scope import --name scraper")]
    Create {
        /// What it may do.
        #[arg(long, value_enum)]
        scope: Scope,
        /// When it ends: RFC 3339, or a date.
        #[arg(long, value_name = "TIME", value_parser = time)]
        expires: Option<Timestamp>,
        /// What it is for.
        #[arg(long)]
        name: Option<String>,
    },
    /// List tokens, those that were taken back too.
    #[command(after_help = "Example:\n  glyphd token list")]
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take a token back, at once.
    #[command(after_help = "Example:\n  glyphd token revoke 6awjsncjfnbc")]
    Revoke {
        /// The id that `list` shows, and that stands in the token after `glyphd_`.
        id: String,
    },
}

#[derive(Debug, Serialize)]
struct Listed {
    id: String,
    name: Option<String>,
    scope: String,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl From<TokenRecord> for Listed {
    fn from(record: TokenRecord) -> Listed {
        Listed {
            id: record.id,
            name: record.name,
            scope: record.scope,
            created_at: record.created_at,
            expires_at: record.expires_at,
            revoked_at: record.revoked_at,
        }
    }
}

pub(super) fn run(path: &Path, arguments: &Arguments) -> anyhow::Result<Status> {
    match &arguments.command {
        Command::Create {
            scope,
            expires,
            name,
        } => {
            let now = clock::now();
            if let Some(end) = expires
                && *end <= now
            {
                return Err(Hinted::new(
                    format!("`{}` is past", clock::text(*end)),
                    "give a time to come, or none",
                )
                .into());
            }
            let token = Token::new(now).context("the system has no randomness to give")?;
            open_or_create(path, false)?.add_token(&token.record(
                name.clone(),
                *scope,
                now,
                *expires,
            ))?;
            output::line(&token.text())?;
            output::note("it is not shown again; `Authorization: Bearer TOKEN` sends it");
        }
        Command::List { json } => {
            let listed: Vec<Listed> = open_for_reading(path)?
                .list_tokens()?
                .into_iter()
                .map(Listed::from)
                .collect();
            let format = if *json {
                output::Format::Json
            } else {
                output::Format::Table
            };
            output::rows(&listed, format, |listed| {
                let mut table = output::table(
                    &["id", "name", "scope", "created", "ends", "taken back"],
                    &[],
                );
                for token in listed {
                    let or_dash = |text: &Option<String>| text.clone().unwrap_or("–".to_owned());
                    table.add_row(vec![
                        token.id.clone(),
                        or_dash(&token.name),
                        token.scope.clone(),
                        token.created_at.clone(),
                        or_dash(&token.expires_at),
                        or_dash(&token.revoked_at),
                    ]);
                }
                table
            })?;
        }
        Command::Revoke { id } => {
            let revoked = open(path)?.revoke_token(id, &clock::text(clock::now()))?;
            if revoked.is_none() {
                return Err(Hinted::new(
                    format!("there is no token `{id}`"),
                    "`glyphd token list` shows them",
                )
                .into());
            }
            output::line(&format!("token {id} is taken back"))?;
        }
    }
    Ok(Status::Done)
}
