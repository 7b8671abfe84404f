//! Lists the Swahili words for opting out and in.

use super::Table;

pub const WORDS: Table = Table {
    language: "sw",
    hard: &["simamisha", "jiondoe", "jitoe", "niondoe", "acha kutuma", "acha ujumbe", "sitisha", "ondoa namba yangu"],
    unsure: &["acha", "ghairi", "futa", "toka", "inatosha", "basi", "maliza"],
    start: &["anza", "jiunge", "jisajili", "endelea"],
    courtesy: &["tafadhali", "asante", "asante sana", "habari", "jambo", "sasa", "hujambo"],
    about: &["mimi", "nataka", "sitaki", "tena", "kwa", "kwenye", "yangu", "hii", "hizi", "zaidi"],
    ends: &["sitaki", "acha kutuma", "usinitumie", "msinitumie", "niondoe", "niondoeni", "ondoa", "futa"],
    messages: &["ujumbe", "jumbe", "meseji", "sms", "matangazo", "tangazo", "ofa", "orodha", "namba", "kutuma"],
};
