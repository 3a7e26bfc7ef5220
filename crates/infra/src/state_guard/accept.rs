//! Which state a person says is the right one.

use std::fmt;
use std::str::FromStr;

use infra_core::ledger::StateId;

/// The state that is accepted though the ledger remembers another: exactly this one, so that
/// what is said once can't let a later accident pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptState {
    /// That there is no state
    None,
    /// This one
    Id(StateId),
}

/// A text that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not LINEAGE:SERIAL, and not `none`")]
pub struct NotAState(String);

impl AcceptState {
    /// The state that this accepts; none where it accepts that there is none.
    pub(super) fn id(&self) -> Option<&StateId> {
        match self {
            Self::None => None,
            Self::Id(id) => Some(id),
        }
    }

    pub(super) fn of(found: Option<&StateId>) -> Self {
        found.map_or(Self::None, |id| Self::Id(id.clone()))
    }
}

/// As it is written after `--accept-state`.
impl fmt::Display for AcceptState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Id(id) => write!(f, "{}:{}", id.lineage, id.serial),
        }
    }
}

impl FromStr for AcceptState {
    type Err = NotAState;

    fn from_str(text: &str) -> Result<Self, NotAState> {
        if text == "none" {
            return Ok(Self::None);
        }
        let id = text.rsplit_once(':').and_then(|(lineage, serial)| {
            (!lineage.is_empty()).then_some(StateId {
                lineage: lineage.to_owned(),
                serial: serial.parse().ok()?,
            })
        });
        id.map(Self::Id).ok_or_else(|| NotAState(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_given_back() {
        for text in ["none", "3f0c-1:7", "a:b:0"] {
            assert_eq!(text.parse::<AcceptState>().unwrap().to_string(), text);
        }
        for text in ["", "all", ":1", "x:", "x:-1", "x:1.0", "None"] {
            assert!(text.parse::<AcceptState>().is_err(), "{text}");
        }
    }
}
