//! Checks whether the values of a step fit one version of a template: text, header, buttons.

use super::templates::{Use, written};
use crate::{
    base::{
        blank::is_blank,
        diagnostic::nearest,
        limits::BUTTON_ID_CHARS_MAX,
        place::Place,
        yaml::{Kind, Node},
    },
    engine::message::compose,
    load::media::names_file,
    model::{
        content::MediaKind,
        template::{Template, TemplateButtonKind, TemplateHeader, placeholders},
        template_parts::Offer,
    },
};

/// One difference.
pub struct Complaint {
    pub place: Place,
    /// The words behind "the template `name`".
    pub what: String,
    pub help: String,
}

/// All differences from this version, in the order of a message.
pub fn of(used: &Use<'_>, template: &Template) -> Vec<Complaint> {
    let mut all = Vec::new();
    all.extend(header(used, template));
    all.extend(body(used, template));
    buttons(used, template, &mut all);
    parts(used, template, &mut all);
    all
}

fn complaint(node: &Node, what: impl Into<String>, help: impl Into<String>) -> Complaint {
    Complaint { place: node.place.clone(), what: what.into(), help: help.into() }
}

fn body(used: &Use<'_>, template: &Template) -> Option<Complaint> {
    let wanted = placeholders(&template.body);
    let at = used.vars.unwrap_or(used.name);
    let given: Vec<String> = match used.vars.map(|vars| &vars.kind) {
        None | Some(Kind::Null) => Vec::new(),
        Some(Kind::Map(entries)) => entries.iter().map(|entry| entry.key.text.clone()).collect(),
        Some(Kind::List(items)) => (1..=items.len()).map(|number| number.to_string()).collect(),
        // A single text is a list of one; a computed list is counted when it is sent.
        Some(Kind::Scalar(scalar)) if is_text(&scalar.text) => vec!["1".to_owned()],
        Some(Kind::Scalar(_)) => return None,
    };
    let text = format!("its text is: {}", template.body);
    let unnamed = used.vars.is_some_and(|vars| vars.list().is_some() || vars.scalar().is_some());
    let named = unnamed && wanted.iter().any(|name| name.parse::<usize>().is_err());
    let help = if named {
        let names: Vec<String> = wanted.iter().map(|name| format!("{name}: …")).collect();
        format!("its values have names: write `vars: {{{}}}`; {text}", names.join(", "))
    } else {
        text.clone()
    };
    let by_number = used.vars.and_then(Node::map).filter(|_| wanted.iter().all(|name| name.parse::<usize>().is_ok()));
    let help = match by_number.filter(|given| given.iter().all(|entry| entry.key.text.parse::<usize>().is_err())) {
        Some(given) if !given.is_empty() && !wanted.is_empty() => {
            let values: Vec<&str> = given.iter().map(|entry| entry.value.place.text()).collect();
            format!("its values have no names: write them as a list, `vars: [{}]`; {text}", values.join(", "))
        }
        _ => help,
    };
    if given.len() != wanted.len() {
        let values = if wanted.len() == 1 { "value" } else { "values" };
        return Some(complaint(at, format!("takes {} {values}, and gets {}", wanted.len(), given.len()), help));
    }
    let missing: Vec<&String> = wanted.iter().filter(|name| !given.contains(name)).collect();
    let first = missing.first()?;
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let surplus = given.iter().filter(|name| !wanted.contains(*name)).map(String::as_str);
    let help = match nearest(first, surplus) {
        _ if named || by_number.is_some() => help,
        Some(near) => format!("write `{first}:` for `{near}:`; {text}"),
        None => text,
    };
    Some(complaint(at, format!("needs a value for {}", names.join(", ")), help))
}

/// True if the text contains words, or a value that is always a text.
fn is_text(written: &str) -> bool {
    let code = written.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match code.filter(|code| !code.contains("${")).map(str::trim) {
        Some(code) => ["contact.name", "contact.first_name", "contact.phone", "msg.text"].contains(&code),
        None => true,
    }
}

fn header(used: &Use<'_>, template: &Template) -> Option<Complaint> {
    let given = used.header.filter(|header| !header.is_null());
    let at = given.unwrap_or(used.name);
    // An address is a file, everything else a text.
    let fixed = given.and_then(written);
    let is_file = fixed.map(names_file);
    match (&template.header, given) {
        (Some(kind @ (TemplateHeader::Image | TemplateHeader::Video | TemplateHeader::Document)), given) => {
            let wanted = kind.media()?;
            let word = wanted.as_str();
            let help = format!("write `header:` with the address of the {word}: `header: https://…`");
            if given.is_none() {
                return Some(complaint(
                    at,
                    format!("has {} {word} above its text, and gets none", article(word)),
                    help,
                ));
            }
            if is_file == Some(false) {
                return Some(complaint(
                    at,
                    format!("has {} {word} above its text, and this is no file", article(word)),
                    help,
                ));
            }
            let got = other_kind(fixed?, wanted)?.as_str();
            let what = format!("has {} {word} above its text, and this is {} {got}", article(word), article(got));
            Some(complaint(at, what, help))
        }
        (Some(TemplateHeader::Location), given) => {
            let is_place = given.is_some_and(|header| header.get("latitude").is_some());
            let help = "write `header: {latitude: …, longitude: …, name: …, address: …}`";
            (!is_place).then(|| complaint(at, "has a place above its text, and gets none", help))
        }
        (Some(_), Some(header)) if header.get("latitude").is_some() => {
            Some(complaint(at, "has no place above its text", "take `header:` out, or write what its header takes"))
        }
        (Some(TemplateHeader::Text(text)), given) => {
            let takes = !placeholders(text).is_empty();
            match given {
                None if takes => Some(complaint(
                    at,
                    "needs a value for its header",
                    format!("write `header:`; its header is: {text}"),
                )),
                Some(_) if !takes => Some(complaint(
                    at,
                    "has a header that takes no value",
                    format!("take `header:` out; its header is: {text}"),
                )),
                Some(_) if is_file == Some(true) => Some(complaint(
                    at,
                    "has a text as its header, and this is a file",
                    format!("its header is: {text}"),
                )),
                Some(_) if fixed.is_some_and(is_blank) => {
                    Some(complaint(at, "takes no empty header", format!("its header is: {text}")))
                }
                None | Some(_) => None,
            }
        }
        (None, Some(_)) => Some(complaint(at, "has no header", "take `header:` out")),
        (None, None) => None,
    }
}

/// The kind of a file if it differs from the kind of the template. A file without an extension is assumed to have the
/// kind of the template.
fn other_kind(url: &str, wanted: MediaKind) -> Option<MediaKind> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url,
    };
    let ends = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let file = compose::media(url).ok()?;
    (ends && file.kind != wanted).then_some(file.kind)
}

/// Checks the buttons. Replies need a button only if they are named here: further options of a question can be typed.
fn buttons(used: &Use<'_>, template: &Template, all: &mut Vec<Complaint>) {
    let given = used.buttons.map_or(&[] as &[Node], Node::one_or_many);
    let (suffixes, others): (Vec<&Node>, Vec<&Node>) = given.iter().partition(|button| button.get("url").is_some());
    let (codes, others): (Vec<&Node>, Vec<&Node>) = others.into_iter().partition(|button| button.get("code").is_some());
    let (forms, replies): (Vec<&Node>, Vec<&Node>) =
        others.into_iter().partition(|button| button.get("form").is_some());
    let count =
        |wanted: fn(&TemplateButtonKind) -> bool| template.buttons.iter().filter(|button| wanted(button)).count();
    let copies = count(|button| matches!(button, TemplateButtonKind::CopyCode { .. }));
    let opens = count(|button| matches!(button, TemplateButtonKind::Form { .. }));
    if codes.len() < copies {
        let at = used.buttons.unwrap_or(used.name);
        all.push(complaint(at, "needs the code that its button copies", "write `buttons: [{code: …}]`"));
    }
    if let Some(extra) = codes.get(copies) {
        all.push(complaint(extra, "has no button that copies this code", "take it out"));
    }
    if let Some(extra) = forms.get(opens) {
        all.push(complaint(extra, "has no button that opens a form", "take it out"));
    }
    if count(|button| matches!(button, TemplateButtonKind::Products { .. })) > 0 {
        all.push(complaint(used.name, "shows products, which cannot be given here", "use a template without them"));
    }
    let links = template.buttons.iter().filter(|button| button.takes_suffix());
    let titles: Vec<&str> = links
        .filter_map(|button| match button {
            TemplateButtonKind::Url { title, .. } => Some(title.as_str()),
            _ => None,
        })
        .collect();
    if let Some(title) = titles.get(suffixes.len()) {
        let help = format!("write `buttons: [{{url: …}}]`, for its button `{title}`");
        all.push(complaint(used.buttons.unwrap_or(used.name), "needs the end of the address of its link", help));
    }
    if let Some(extra) = suffixes.get(titles.len()) {
        let help = "take it out; a link whose address is fixed needs nothing";
        all.push(complaint(extra, "has no button for this end of an address", help));
    }
    let quick =
        template.buttons.iter().filter(|button| matches!(button, TemplateButtonKind::QuickReply { .. })).count();
    if let Some(extra) = replies.get(quick) {
        let what = match quick {
            0 => "has no buttons to tap".to_owned(),
            1 => "has one button to tap, and this is the second".to_owned(),
            n => format!("has {n} buttons to tap, and this is number {}", n + 1),
        };
        all.push(complaint(extra, what, "name as many ids as it has quick replies; who cannot tap can type"));
    }
    for id in replies {
        let length = written(id).map_or(0, |text| text.chars().count());
        if length > BUTTON_ID_CHARS_MAX {
            all.push(complaint(
                id,
                format!("takes an id of at most {BUTTON_ID_CHARS_MAX} characters, and this has {length}"),
                "shorten it",
            ));
        }
    }
}

/// Checks the kinds of the cards' files and the end of an offer; the values of cards are compared when they are sent.
fn parts(used: &Use<'_>, template: &Template, all: &mut Vec<Complaint>) {
    let (wanted, given) = (template.parts.cards.len(), used.cards.map_or(&[] as &[Node], Node::one_or_many).len());
    if wanted != given {
        let at = used.cards.unwrap_or(used.name);
        all.push(complaint(
            at,
            format!("has {wanted} cards, and gets {given}"),
            "write `cards:` with one entry for each",
        ));
    }
    let cards = used.cards.map_or(&[] as &[Node], Node::one_or_many).iter().zip(&template.parts.cards);
    for (place, (card, shape)) in cards.enumerate() {
        let (Some(header), Some(wanted)) = (card.get("header"), shape.header.as_ref().and_then(TemplateHeader::media))
        else {
            continue;
        };
        if let Some(got) = written(header).and_then(|url| other_kind(url, wanted)) {
            let (word, got) = (wanted.as_str(), got.as_str());
            let place = place + 1;
            all.push(complaint(
                header,
                format!("has {} {word} on its card {place}, and this is {} {got}", article(word), article(got)),
                format!("write the address of the {word}"),
            ));
        }
    }
    let ends = template.parts.offer == Some(Offer::Ends);
    match used.offer_ends {
        None if ends => {
            all.push(complaint(used.name, "counts down to the end of an offer", "write `offer_ends:` with the moment"));
        }
        Some(given) if !ends => all.push(complaint(given, "has no offer that ends", "take `offer_ends:` out")),
        // Whether it has passed is only known when the flow runs: that depends on the day.
        Some(given) if written(given).is_some_and(|text| text.trim().parse::<jiff::Timestamp>().is_err()) => {
            let help = "write it with its zone, like `2026-12-01T09:00:00Z`";
            all.push(complaint(given, "takes the moment at which its offer ends, and this is none", help));
        }
        None | Some(_) => {}
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}
