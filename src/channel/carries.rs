//! What fits into one message of a provider, and how a longer one is divided.

use crate::model::content::MediaKind;

/// Limits of one provider. Texts count Unicode scalars (platform.md 6: Meta says nothing; cutting is
/// done between graphemes as far as emoji go).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carries {
    pub text_max: usize,
    /// The text above buttons or a link.
    pub interactive_body_max: usize,
    pub list_body_max: usize,
    pub buttons_max: usize,
    pub button_title_max: usize,
    pub button_id_max: usize,
    pub rows_max: usize,
    pub row_title_max: usize,
    pub row_description_max: usize,
    pub row_id_max: usize,
    pub list_button_max: usize,
    pub link_title_max: usize,
    pub caption_max: usize,
    /// Kinds it takes, with their size in bytes. Size is known to the platform only after it fetched the file.
    pub media: &'static [(MediaKind, u64)],
    /// A status can carry our own id: an unknown send can be settled.
    pub echoes_our_id: bool,
}
