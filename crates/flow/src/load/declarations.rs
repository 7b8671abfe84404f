//! Parses declarations: inputs, returned values and fields with their types, and limits such as `3/7d`.

use crate::{
    base::{
        advice,
        diagnostic::{Diagnostic, Findings, did_you_mean, nearest, only_near},
        fields::Fields,
        fix::Fix,
        foreign_words, synonyms,
        yaml::{self, Entry, Node},
    },
    definition::{Field, Kind},
    engine::inputs,
    model::{answer::AnswerType, schedule::AtMost, value::Value},
    script::valid_name,
    text::typed,
};
use jiff::tz::TimeZone;

/// Parses `3/7d`; other texts get a finding.
pub(crate) fn at_most_of(node: &Node, findings: &Findings) -> Option<AtMost> {
    let found = node.text().and_then(AtMost::parse);
    if found.is_none() && !node.is_broken() {
        let message = format!("a limit is written like `1/30d`, and this is {}", node.describe());
        let text = node.text().unwrap_or_default().to_lowercase();
        let units = [
            ("second", "1s"),
            ("minute", "1m"),
            ("hour", "1h"),
            ("day", "1d"),
            ("week", "7d"),
            ("month", "30d"),
            ("year", "365d"),
        ];
        let per = units.iter().find(|(unit, _)| text.contains(unit)).map(|(_, per)| (*per).to_owned());
        // `1/1y`, `2/6 months`: units that a length of time does not have.
        let per = per.or_else(|| {
            let written = text.split_once('/')?.1.trim();
            let digits = written.bytes().take_while(u8::is_ascii_digit).count();
            let count = if digits == 0 { 1 } else { written[..digits].parse::<u32>().ok()? };
            let days = match written[digits..].trim() {
                "y" | "yr" | "year" | "years" | "a" => 365,
                "mo" | "mon" | "month" | "months" => 30,
                "wk" | "week" | "weeks" => 7,
                _ => return None,
            };
            Some(format!("{}d", count.checked_mul(days)?))
        });
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let count = match text.split([' ', '/']).next().unwrap_or_default() {
            _ if !digits.is_empty() => digits,
            "twice" | "two" => "2".to_owned(),
            "three" => "3".to_owned(),
            _ => "1".to_owned(),
        };
        let help = match per {
            Some(per) => format!("write `{count}/{per}`"),
            None => "write how many in how long: `1/7d` is once in seven days".to_owned(),
        };
        findings.push(Diagnostic::error("E212", &node.place, message).help(help));
    }
    found
}

/// Parses `inputs`, `returns`, `fields`: names with types, allowed texts, or `{type, optional, default, about}`.
pub(crate) fn declared(entries: &[Entry], findings: &Findings) -> Vec<Field> {
    entries.iter().map(|entry| one_declared(entry, findings)).collect()
}

/// Parses the declarations under a key. A list of names gets a finding, and its names count as declared, so that their
/// uses get none.
pub(crate) fn declared_below(fields: &mut Fields<'_>, key: &'static str) -> Vec<Field> {
    let findings = fields.findings();
    let Some(node) = fields.node(key) else { return Vec::new() };
    let names = node.list().filter(|items| !items.is_empty() && items.iter().all(|item| item.text().is_some()));
    let Some(items) = names else { return declared(fields.map(key), findings) };
    let typed: Vec<String> = items.iter().filter_map(Node::text).map(|name| format!("{name}: text")).collect();
    let message = format!("`{key}` gives each name its type, and this is a list of names");
    findings
        .push(Diagnostic::error("E201", &node.place, message).help(format!("write `{key}: {{{}}}`", typed.join(", "))));
    let field = |item: &Node| Field {
        name: item.text().unwrap_or_default().to_owned(),
        kind: AnswerType::Any.into(),
        optional: false,
        default: None,
        about: None,
        untyped: true,
        place: item.place.clone(),
    };
    items.iter().map(field).collect()
}

fn one_declared(entry: &Entry, findings: &Findings) -> Field {
    let mut field = Field {
        name: entry.key.text.clone(),
        kind: AnswerType::Any.into(),
        optional: false,
        default: None,
        about: None,
        untyped: false,
        place: entry.key.place.clone(),
    };
    let untyped = |node: &Node| node.list().is_none() && node.text().and_then(type_meant).is_none();
    if let Some(bare) = entry.key.text.strip_prefix("contact.").filter(|bare| valid_name(bare).is_ok()) {
        let fix = Fix::replace(format!("write `{bare}`"), &entry.key.place, bare);
        let message = format!("`{}` is declared by its own name", field.name);
        findings.push(Diagnostic::error("E307", &entry.key.place, message).help(format!("write `{bare}`")).fix(fix));
        field.name = bare.to_owned();
    } else if let Err(message) = valid_name(&field.name) {
        findings.push(Diagnostic::error("E307", &entry.key.place, message));
    }
    match &entry.value.kind {
        yaml::Kind::Map(members) if lists_members(members) => {
            findings.push(nested(&field.name, entry));
            field.kind = AnswerType::Map.into();
        }
        yaml::Kind::Map(_) => {
            let mut fields = Fields::new(&entry.value, format!("`{}`", field.name), findings).at(&entry.key.place);
            if let Some(node) = fields.required("type") {
                field.kind = kind_of(node, findings);
                field.untyped = untyped(node);
            }
            // `optional: oui` has a finding, and means that it may be missing.
            let unclear = |said: &str| !matches!(said.to_lowercase().as_str(), "true" | "false" | "yes" | "no");
            let said = entry.value.get("optional").and_then(Node::text);
            field.optional = fields.bool("optional") || said.is_some_and(unclear);
            field.default = fields.node("default").and_then(|node| {
                let scalar = node.scalar()?;
                let value = typed(scalar).unwrap_or_else(|| Value::text(scalar.text.as_str()));
                // The zone only says at which hour a day begins, and each zone has one.
                if !node.is_broken() && inputs::convert(&field.kind, &value, &TimeZone::UTC).is_none() {
                    let takes = inputs::name_of(&field.kind);
                    let message = format!("`{}` takes {takes}, and its `default` is {}", field.name, node.describe());
                    let finding = Diagnostic::error("E416", &node.place, message);
                    findings.push(finding.help_if(inputs::written(&field.kind, &scalar.text)));
                    return None;
                }
                Some(value)
            });
            field.about = fields.opt_text("about").map(str::to_owned);
            fields.finish();
        }
        yaml::Kind::Scalar(_) if let Some((kind, optional)) = said_beside(&entry.value) => {
            findings.push(beside_type(&field.name, kind, optional, &entry.value));
            (field.kind, field.optional) = (kind.into(), optional);
        }
        yaml::Kind::Null | yaml::Kind::Scalar(_) | yaml::Kind::List(_) => {
            field.kind = kind_of(&entry.value, findings);
            field.untyped = untyped(&entry.value);
        }
    }
    field
}

/// A type with a word or sign beside it that says whether the value must be there: `date optional`, `date?`,
/// `text (required)`.
fn said_beside(node: &Node) -> Option<(AnswerType, bool)> {
    let text = node.text().filter(|_| !node.is_broken())?.to_lowercase();
    let known = |name: &str| AnswerType::parse(name).or_else(|| AnswerType::parse(foreign_words::type_name(name)?));
    let sign = |sign: char| known(text.strip_suffix(sign)?.trim_end());
    if let Some(found) = sign('?').map(|kind| (kind, true)).or_else(|| sign('!').map(|kind| (kind, false))) {
        return Some(found);
    }
    let words: Vec<&str> = text.split([' ', ',', '(', ')', '|', '[', ']']).filter(|word| !word.is_empty()).collect();
    let [first, second] = words[..] else { return None };
    [(first, second), (second, first)].into_iter().find_map(|(name, beside)| {
        let optional = OPTIONAL.contains(&beside);
        (optional || REQUIRED.contains(&beside)).then_some((known(name)?, optional))
    })
}

fn beside_type(name: &str, kind: AnswerType, optional: bool, node: &Node) -> Diagnostic {
    let (kind, written) = (kind.as_str(), node.text().unwrap_or_default());
    let finding = Diagnostic::error("E213", &node.place, format!("there is no type `{written}`"));
    let meant = if optional { format!("{{type: {kind}, optional: true}}") } else { kind.to_owned() };
    let fix = Fix::replace(format!("write `{meant}`"), &node.place, &meant).guess();
    let why = if optional { "it may be missing" } else { "without `optional: true` it must be there" };
    finding.help(format!("{why}: write `{name}: {meant}`")).fix(fix)
}

/// "Optional" in the languages that authors write in.
const OPTIONAL: [&str; 15] = [
    "optional",
    "opt",
    "nullable",
    "null",
    "none",
    "facultatif",
    "facultative",
    "optionnel",
    "optionnelle",
    "opcional",
    "facultativo",
    "facoltativo",
    "opzionale",
    "optionale",
    "opsional",
];

/// "Required" in the same languages.
const REQUIRED: [&str; 14] = [
    "required",
    "mandatory",
    "obligatory",
    "needed",
    "obligatoire",
    "requis",
    "obligatorio",
    "obligatoria",
    "requerido",
    "obrigatório",
    "obbligatorio",
    "erforderlich",
    "pflicht",
    "wajib",
];

/// The keys of a declaration in full.
const DECLARED_KEYS: [&str; 4] = ["type", "optional", "default", "about"];

/// The map gives members of the value their types, where the type of the value itself belongs.
fn lists_members(members: &[Entry]) -> bool {
    let is_ours = |entry: &Entry| {
        let key = entry.key.text.as_str();
        DECLARED_KEYS.contains(&key)
            || synonyms::key(entry, DECLARED_KEYS.into_iter()).is_some()
            || only_near(key, &DECLARED_KEYS).is_some()
    };
    let gives_a_type =
        |node: &Node| node.map().is_some() || node.list().is_some() || node.text().and_then(type_meant).is_some();
    let mut others = members.iter().filter(|entry| !is_ours(entry)).peekable();
    others.peek().is_some() && others.all(|entry| gives_a_type(&entry.value))
}

fn nested(name: &str, entry: &Entry) -> Diagnostic {
    let members = entry.value.map().unwrap_or_default();
    let member = members.iter().map(|entry| entry.key.text.as_str()).find(|key| !DECLARED_KEYS.contains(key));
    let message = format!("`{name}` takes one type, and this lists the types of its members");
    let help = format!("write `{name}: map`, and read a member as `${{{name}.{}}}`", member.unwrap_or("member"));
    Diagnostic::error("E213", &entry.key.place, message).help(help)
}

/// Parses a type by its name, or a list of allowed texts.
pub(crate) fn kind_of(node: &Node, findings: &Findings) -> Kind {
    if let Some(items) = node.list() {
        return Kind::choice(items.iter().filter_map(|item| item.text().map(str::to_owned)).collect());
    }
    let name = node.text().unwrap_or_default();
    let known = AnswerType::parse(name).unwrap_or_else(|| {
        if !node.is_broken() {
            let finding = Diagnostic::error("E213", &node.place, format!("there is no type `{name}`"));
            let all: Vec<_> = AnswerType::names().collect();
            let several: Vec<&str> = name.split('|').map(str::trim).filter(|part| !part.is_empty()).collect();
            let listed =
                (several.len() > 1).then(|| format!("write the allowed texts as a list: `[{}]`", several.join(", ")));
            let help = listed
                .or_else(|| foreign_words::type_name(name).map(|ours| format!("write `{ours}`")))
                .or_else(|| advice::type_of(name).map(str::to_owned))
                .or_else(|| did_you_mean(name, all.iter().copied()))
                .unwrap_or_else(|| format!("it is one of {}", all.join(", ")));
            let fix = type_meant(name)
                .filter(|_| node.place.text() == name)
                .map(|meant| Fix::replace(format!("write `{}`", meant.as_str()), &node.place, meant.as_str()).guess());
            findings.push(finding.help(help).fix_if(fix));
        }
        // Text of another product may be dates and numbers here, and no finding follows from it.
        type_meant(name).filter(|meant| *meant != AnswerType::Text).unwrap_or(AnswerType::Any)
    });
    known.into()
}

/// The type with this name, a misspelt name or a name from another product.
fn type_meant(name: &str) -> Option<AnswerType> {
    // A type that needs a sentence of advice has no near one: `voice` is no `choice`.
    let near = || nearest(name, AnswerType::names()).filter(|_| advice::type_of(name).is_none());
    AnswerType::parse(name).or_else(|| AnswerType::parse(foreign_words::type_name(name).or_else(near)?))
}
