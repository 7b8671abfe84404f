//! Limits of WhatsApp itself: the window, and what one message may hold.

use crate::base::time::Span;

// -- the window
/// How long a conversation stays open after the customer's own last message.
pub const WINDOW: Span = Span::hours(24);
/// Taken off the window's end wherever there is another way (template, hold, skip).
pub const WINDOW_MARGIN: Span = Span::minutes(5);
/// Asked for: at most this long after the contact's message.
pub const ASKED_FOR: Span = Span::minutes(30);
/// How long `hold` keeps a message when the author names no length.
pub const HOLD_DEFAULT: Span = Span::days(7);
/// How long a platform tries to deliver a message that says nothing else (Meta: 30 days), and how much longer
/// we wait for the status before the message counts as dropped.
pub const DELIVERY_TTL_DEFAULT: Span = Span::days(30);
pub const DELIVERY_GRACE: Span = Span::minutes(5);

// -- what one message may hold
/// A list shows so many rows at most; a message so many buttons.
pub const LIST_ROWS_MAX: usize = 10;
/// Options that stand on every page of a longer list.
pub const LIST_FIXED_MAX: usize = 4;
/// Options of one question, over all pages.
pub const OPTIONS_MAX: usize = 100;
/// Contact cards in one message; Meta names no number, and its own examples have a few.
pub const CARDS_MAX: usize = 10;
/// The short lines above and below a message with buttons.
pub const EDGE_CHARS_MAX: usize = 60;
pub const BUTTONS_MAX: usize = 3;
pub const BUTTON_TITLE_CHARS_MAX: usize = 20;
pub const BUTTON_ID_CHARS_MAX: usize = 256;
pub const ROW_TITLE_CHARS_MAX: usize = 24;
pub const ROW_DESCRIPTION_CHARS_MAX: usize = 72;
pub const ROW_ID_CHARS_MAX: usize = 200;
/// Characters of a text, and of a text above buttons.
pub const TEXT_CHARS_MAX: usize = 4096;
pub const BUTTON_BODY_CHARS_MAX: usize = 1024;
pub const CAPTION_CHARS_MAX: usize = 1024;
/// One value of a template's parameter; Meta documents 1,024 for the whole body.
pub const TEMPLATE_VALUE_CHARS_MAX: usize = 1024;

/// Of a document, as the recipient sees it; file systems take no longer ones.
pub const FILENAME_CHARS_MAX: usize = 240;
/// People in one message of contact cards, and what one card holds of a kind. Meta takes 257.
pub const CONTACT_CARDS_MAX: usize = 20;
pub const CARD_ENTRIES_MAX: usize = 20;

/// Characters of a text of the API: it becomes as many messages as it needs.
pub const SAID_CHARS_MAX: usize = 16_384;
/// Cards of a carousel.
pub const TEMPLATE_CARDS_MAX: usize = 10;
/// Buttons of a template.
pub const TEMPLATE_BUTTONS_MAX: usize = 10;

// -- names and numbers of people
/// The part behind the point of a user id (`CC.` and so many letters and digits).
pub const USER_ID_CHARS_MAX: usize = 128;
/// A person's name as the platform shows it.
pub const CONTACT_NAME_CHARS_MAX: usize = 256;
/// A user name of WhatsApp has at most 35 characters; longer ones are no names.
pub const USERNAME_CHARS_MAX: usize = 64;
