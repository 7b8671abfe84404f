//! Translates the names of triggers of other products, and of plain English, to ours.

use crate::foreign_words;

/// Our trigger for a trigger of another product.
pub fn trigger(written: &str) -> Option<&'static str> {
    Some(match written.to_lowercase().as_str() {
        _ if foreign_words::key(written) == Some("message") || foreign_words::verb(written) == Some("say") => {
            "message: [menu, start]"
        }
        "horaire" | "horario" | "horário" | "zeitplan" | "orario" => "schedule: tuesday 10:00",
        "événement" | "evento" | "ereignis" => "event: NAME",
        "keyword" | "keywords" | "text" | "phrase" | "phrases" | "utterance" | "user_says" | "command" => {
            "message: [menu, start]"
        }
        "intent" | "intents" | "intention" | "semantic" | "nlu" => {
            "message: [menu, start]`, or with a model `- meaning: wants to send something back"
        }
        "fallback" | "default" | "catch_all" | "unknown" | "no_match" | "default_reply" | "any" => "any_message: true",
        "welcome" | "start" | "new_contact" | "new_user" | "greeting" | "get_started" => "first_message: true",
        "cron" | "time" | "timer" | "platform" | "interval" | "every" | "daily" | "weekly" | "monthly" | "at"
        | "on" | "day" => "schedule: tuesday 10:00",
        "contains" | "includes" => "message: [word, another one]`, and below it `match: contains",
        "word" | "words" | "says" | "message_contains" => "message: [word, another one]`, and below it `match: word",
        "starts_with" | "starts" | "begins_with" => "message: [word, another one]`, and below it `match: starts",
        "exact" | "equals" => "message: [menu, start]",
        "regex" | "pattern" | "matches" => "message: 'order ([0-9]+)'`, and below it `match: regex",
        "postback" | "payload" | "click" | "tap" | "quick_reply" => "button: ID",
        "image" | "video" | "audio" | "document" | "photo" | "file" => "media: image",
        "ad" | "ads" | "ctwa" | "click_to_whatsapp" => "referral: any",
        "http" | "hook" | "api_call" => "webhook: NAME",
        "tag" | "tagged" | "add_tag" => "tag_added: vip",
        "untagged" | "remove_tag" => "tag_removed: vip",
        _ => return None,
    })
}
