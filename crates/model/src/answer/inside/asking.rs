//! Lists the beginnings of questions that are written without their mark: `is Friday ok`, `hay algo libre mañana`.

use crate::matching::starts_with;

/// First words of an English question that is written without its mark: `is Friday ok`.
pub const ASKS: [&str; 9] = ["is", "are", "do", "does", "did", "have you", "am i", "will you", "would you"];

/// Questions behind an answer, without their mark: `tuesday, is that ok`.
pub const ASKS_BACK: [&str; 8] = [
    "is that ok",
    "is that okay",
    "is that fine",
    "is that possible",
    "is it possible",
    "does that work",
    "would that work",
    "would that be ok",
];

/// First words of a question about a day that is written without its mark: `hay algo libre mañana`.
pub const ASKS_FOR_DAYS: [&str; 18] = [
    "is there",
    "are there",
    "what about",
    "how about",
    "hay",
    "que tal",
    "y a t il",
    "il y a quelque chose",
    "gibt es",
    "ist morgen",
    "wie ware",
    "wie wars",
    "tem algo",
    "tem alguma",
    "tem vaga",
    "che ne",
    "ce qualcosa",
    "ce posto",
];

/// True if the folded text begins as a question about the business does.
pub fn asks(folded: &str) -> bool {
    ASKS.iter().chain(&ASKS_FOR_DAYS).any(|start| starts_with(folded, start))
}
