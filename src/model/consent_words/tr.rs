//! The words of Turkish.

use super::Table;

/// RET and ONAY are the words that Turkish law has for commercial messages (İYS).
pub const WORDS: Table = Table {
    language: "tr",
    hard: &["ret", "abonelikten cik", "aboneligi iptal et", "uyelikten cik", "listeden cik", "mesaj istemiyorum"],
    unsure: &["iptal", "dur", "durdur", "cik", "cikis", "yeter", "bitir"],
    start: &["onay", "abone ol", "basla", "devam et"],
    courtesy: &[
        "lutfen",
        "tesekkurler",
        "tesekkur ederim",
        "sagol",
        "sag ol",
        "merhaba",
        "selam",
        "simdi",
        "hemen",
        "iyi gunler",
    ],
    about: &[
        "mesaj",
        "mesajlar",
        "mesajlari",
        "almak",
        "istemiyorum",
        "artik",
        "bana",
        "gondermeyin",
        "yazmayin",
        "atmayin",
        "sms",
        "reklam",
    ],
};
