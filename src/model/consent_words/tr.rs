//! Lists the Turkish words for opting out and in.

use super::Table;

/// Turkish law names RET and ONAY as the words for commercial messages (İYS).
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
