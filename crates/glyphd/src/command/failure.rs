//! How a command ends: its status, and the one message that says why.

use std::process::ExitCode;

use crate::output;

/// Exit statuses. Scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Done = 0,
    /// Failed, and nothing changed.
    Failed = 1,
    WrongUsage = 2,
    /// Done, but some rows were rejected.
    SomeRejected = 3,
}

/// What is wrong with what the user gave, and where there is a way out a hint that says what to type.
#[derive(Debug)]
pub(crate) struct Hinted {
    message: String,
    hint: Option<String>,
}

impl Hinted {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Hinted {
        Hinted {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// Where the message says all that there is to say.
    pub(crate) fn without_hint(message: impl Into<String>) -> Hinted {
        Hinted {
            message: message.into(),
            hint: None,
        }
    }
}

impl std::fmt::Display for Hinted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Hinted {}

/// A wrong use of the command line, found after parsing.
#[derive(Debug)]
pub(crate) struct WrongUsage(pub(crate) String);

impl std::fmt::Display for WrongUsage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for WrongUsage {}

/// Prints the error, if any, and turns the result into an exit code.
pub(crate) fn end(result: anyhow::Result<Status>) -> ExitCode {
    let error = match result {
        Ok(status) => return ExitCode::from(status as u8),
        Err(error) if output::is_broken_pipe(&error) => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    report(&error);
    let status = if error.downcast_ref::<WrongUsage>().is_some() {
        Status::WrongUsage
    } else {
        Status::Failed
    };
    ExitCode::from(status as u8)
}

/// One line with the causes, and the hint where there is one.
pub(crate) fn report(error: &anyhow::Error) {
    output::note(&format!("error: {error:#}"));
    let hint = error.chain().find_map(|cause| {
        cause
            .downcast_ref::<Hinted>()
            .and_then(|hinted| hinted.hint.clone())
            .or_else(|| {
                cause
                    .downcast_ref::<glyph_store::StoreError>()
                    .and_then(glyph_store::StoreError::hint)
            })
    });
    if let Some(hint) = hint {
        output::note(&format!("hint: {hint}"));
    }
}
