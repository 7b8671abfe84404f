//! Lists the Polish words for opting out and in.

use super::Table;

pub const WORDS: Table = Table {
    language: "pl",
    hard: &["wypisz", "wypisz mnie", "wypisuje sie", "rezygnuje", "rezygnacja", "usun mnie", "wyrejestruj"],
    unsure: &["anuluj", "koniec", "zakoncz", "przestan", "wystarczy", "dosc", "zatrzymaj"],
    start: &["zapisz", "zapisz mnie", "wznow", "rozpocznij"],
    courtesy: &[
        "prosze",
        "bardzo prosze",
        "dziekuje",
        "dziekuje bardzo",
        "dzieki",
        "dzien dobry",
        "czesc",
        "witam",
        "teraz",
        "pozdrawiam",
    ],
    about: &[
        "nie",
        "chce",
        "wiecej",
        "wiadomosci",
        "otrzymywac",
        "dostawac",
        "mnie",
        "listy",
        "wysylac",
        "sms",
        "smsow",
        "reklam",
        "od",
        "was",
    ],
};
