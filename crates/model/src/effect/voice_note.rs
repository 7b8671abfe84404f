//! Describes the voice note that a model writes down, as plain data: its bytes stay at the platform until the call.

use crate::base::time::Span;
use serde::{Deserialize, Serialize};

/// The step of a question to a model that writes a voice note down, by which mocks are found.
pub const VOICE_STEP: &str = "voice";

/// A voice note of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceNote {
    /// The platform's id of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The contact's language as the code that servers take, `es`; `None`: it is not known, and the model finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A longer one is not written down.
    pub length_max: Span,
}
