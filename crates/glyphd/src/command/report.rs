//! `glyphd report`: what the market says, and which titles nobody could name.

use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::ops::ControlFlow;
use std::path::Path;

use clap::{Args, Subcommand};
use comfy_table::Table;
use glyph_store::listing::UnmatchedText;
use glyph_store::store::Store;
use serde::Serialize;

use super::failure::{Hinted, Status};
use super::imports::{Output, find};
use super::market::View;
use super::store::open_for_reading;
use crate::names::Names;
use crate::output;
use crate::report::{self, Report, Scope};

/// What the market says: its size, price moves, deals, prices by model, coverage, quality.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  glyphd report\n  glyphd report --html\n  glyphd report --model L4 --markdown\n  \
        glyphd report coverage"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// One model: its canonical name.
    #[arg(long)]
    model: Option<String>,
    /// The offers of one import: its id, its first letters, or `last`.
    #[arg(long, value_name = "ID")]
    import: Option<String>,
    #[command(flatten)]
    view: View,
    /// As Markdown.
    #[arg(long, group = "form")]
    markdown: bool,
    /// As one HTML file with its charts.
    #[arg(long, group = "form")]
    html: bool,
    /// As JSON.
    #[arg(long, group = "form")]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Unmatched titles by the unknown words that they share, the most frequent first: how a new card announces itself.
    #[command(after_help = "Example:\n  glyphd report coverage --limit 30")]
    Coverage {
        /// One import: its id, its first letters, or `last`.
        #[arg(long, value_name = "ID")]
        import: Option<String>,
        /// Titles that are unmatched for another reason too: accessories, systems, other goods, wanted ads.
        #[arg(long)]
        all: bool,
        /// The most groups to show.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
        #[command(flatten)]
        output: Output,
    },
}

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let store = open_for_reading(path)?;
    let Some(Command::Coverage {
        import,
        all,
        limit,
        output,
    }) = &arguments.command
    else {
        return whole(&store, registry, arguments);
    };
    let import_id = match import {
        Some(wanted) => Some(find(&store, wanted)?.import_id),
        None => None,
    };
    let names = Names::load(registry)?;
    let mut titles: Vec<Titled> = Vec::new();
    store.list_unmatched_texts(import_id.as_deref(), &mut |text| {
        if *all || matches!(text.reason.as_str(), "unknown_model" | "ambiguous") {
            let mut words = names.matcher.unknown_words(&text.title);
            if words.is_empty() {
                words.push(NO_UNKNOWN_WORD.to_owned());
            }
            titles.push(Titled { text, words });
        }
        ControlFlow::Continue(())
    })?;
    let groups = group(&titles, *limit);
    output::rows(&groups, output.format(), table)?;
    Ok(Status::Done)
}

fn whole(
    store: &dyn Store,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let names = Names::load(registry)?;
    let mut standing = arguments.view.filter();
    if let Some(wanted) = &arguments.import {
        standing.import_id = Some(find(store, wanted)?.import_id);
        // What it showed, however long ago.
        standing.window_seconds = None;
    }
    let model = arguments.model.as_ref();
    let model = model.map(|model| names.canonical(model).to_owned());
    let report = Report::of(store, &names, &Scope { standing, model })?;
    if let Some(model) = &arguments.model
        && report.models.is_empty()
    {
        return Err(Hinted::new(
            format!("nothing is offered of `{model}`"),
            "`glyphd market` lists the models that are; --window 0 counts old offers too",
        )
        .into());
    }
    if arguments.json {
        output::json(&report)?;
    } else if arguments.markdown {
        output::text(&report::markdown(&report))?;
    } else if arguments.html {
        output::text(&report::html(&report))?;
    } else {
        report::print(&report)?;
    }
    Ok(Status::Done)
}

/// The group of titles whose every word is known.
const NO_UNKNOWN_WORD: &str = "(no unknown word)";

struct Titled {
    text: UnmatchedText,
    words: Vec<String>,
}

/// Unmatched titles that share an unknown word.
#[derive(Debug, Serialize)]
struct Group {
    word: String,
    rows: u64,
    titles: u64,
    /// Reason → rows.
    reasons: BTreeMap<String, u64>,
    /// The title with the most rows, and one of its places.
    example: String,
    example_import: String,
    example_index: u64,
}

/// Puts every title into the group of that of its words which most rows share; the largest groups first.
fn group(titles: &[Titled], limit: usize) -> Vec<Group> {
    let mut of_word: HashMap<&str, (u64, Vec<usize>)> = HashMap::new();
    for (place, titled) in titles.iter().enumerate() {
        for word in &titled.words {
            let (rows, places) = of_word.entry(word).or_default();
            *rows += titled.text.rows;
            places.push(place);
        }
    }
    // A word's rows only fall as its titles go to larger groups, so that a stale entry is put back with what is left.
    let mut heap: BinaryHeap<(u64, std::cmp::Reverse<&str>)> = of_word
        .iter()
        .map(|(word, (rows, _))| (*rows, std::cmp::Reverse(*word)))
        .collect();
    let mut taken = vec![false; titles.len()];
    let mut groups = Vec::new();
    while groups.len() < limit
        && let Some((rows, std::cmp::Reverse(word))) = heap.pop()
    {
        let Some((_, places)) = of_word.get(word) else {
            continue;
        };
        let left: Vec<usize> = places
            .iter()
            .copied()
            .filter(|place| !taken[*place])
            .collect();
        let rows_left: u64 = left.iter().map(|place| titles[*place].text.rows).sum();
        if rows_left == 0 {
            continue;
        }
        if rows_left < rows {
            heap.push((rows_left, std::cmp::Reverse(word)));
            continue;
        }
        let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
        for place in &left {
            taken[*place] = true;
            let text = &titles[*place].text;
            *reasons.entry(text.reason.clone()).or_default() += text.rows;
        }
        let example = left
            .iter()
            .map(|place| &titles[*place].text)
            .max_by(|one, other| {
                one.rows
                    .cmp(&other.rows)
                    .then_with(|| other.title.cmp(&one.title))
            });
        if let Some(example) = example {
            groups.push(Group {
                word: word.to_owned(),
                rows: rows_left,
                titles: left.len() as u64,
                reasons,
                example: example.title.clone(),
                example_import: example.import_id.clone(),
                example_index: example.import_index,
            });
        }
    }
    groups
}

fn table(groups: &[Group]) -> Table {
    let rows = groups
        .iter()
        .map(|group| {
            let reasons: Vec<&str> = group.reasons.keys().map(String::as_str).collect();
            vec![
                output::count(group.rows),
                output::count(group.titles),
                output::shortened(&group.word, 24),
                reasons.join(", "),
                group.example.clone(),
            ]
        })
        .collect();
    output::fitted_table(
        &["rows", "titles", "unknown word", "reason", "for example"],
        &[0, 1],
        rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(title: &str, rows: u64, words: &[&str]) -> Titled {
        Titled {
            text: UnmatchedText {
                title: title.to_owned(),
                reason: "unknown_model".to_owned(),
                rows,
                import_id: "first".to_owned(),
                import_index: 0,
            },
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    #[test]
    fn a_title_counts_once_in_the_largest_group_that_it_fits() {
        let groups = group(
            &[
                titled("a", 3, &["rtx 6090", "vulcan"]),
                titled("b", 4, &["rtx 6090"]),
                titled("c", 5, &["vulcan", "white"]),
            ],
            10,
        );
        let told: Vec<(&str, u64, u64)> = groups
            .iter()
            .map(|group| (group.word.as_str(), group.rows, group.titles))
            .collect();
        assert_eq!(told, [("vulcan", 8, 2), ("rtx 6090", 4, 1)]);
        assert_eq!(groups[0].example, "c");
    }
}
