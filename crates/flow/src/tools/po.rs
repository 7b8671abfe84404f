//! Reads and writes PO files, the exchange format of translators' tools, as far as translations of flows need it.
//!
//! Source: GNU gettext manual, *The Format of PO Files*. The few Rust crates for it bring plural rules and catalogues
//! that are not needed here.

use crate::load::plural::CATEGORIES;
use std::fmt::Write;

/// One message. Additions of other tools (their own remarks, further flags) are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Remarks for translators, in the order of the file: `#.` lines.
    pub remarks: Vec<String>,
    /// The place of the text: `flows/welcome.yaml:7`.
    pub place: Option<String>,
    /// True if a translator must look at it again; it is not used.
    pub fuzzy: bool,
    /// The original text of a fuzzy translation.
    pub before: Option<String>,
    /// The step, which distinguishes equal texts.
    pub context: String,
    pub source: String,
    /// The plural text, if the words depend on a number.
    pub plural: Option<String>,
    pub translation: String,
    /// Set with `plural` in place of `translation`: the texts by the index of the form.
    pub forms: Vec<String>,
}

/// The complete file with its header; `rule` is gettext's rule for the plural forms of the language.
pub fn write(language: &str, rule: Option<&str>, entries: &[Entry]) -> String {
    let rule = rule.map(|rule| format!("Plural-Forms: {rule}\n")).unwrap_or_default();
    let header = format!(
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\
         Language: {language}\n{rule}X-Generator: transom\n"
    );
    let mut out = String::new();
    text(&mut out, "msgid", "");
    text(&mut out, "msgstr", &header);
    for entry in entries {
        out.push('\n');
        for line in entry.remarks.iter().flat_map(|remark| remark.lines()) {
            let _ = writeln!(out, "#. {line}");
        }
        if let Some(place) = &entry.place {
            let _ = writeln!(out, "#: {place}");
        }
        if entry.fuzzy {
            out.push_str("#, fuzzy\n");
        }
        if let Some(before) = &entry.before {
            text(&mut out, "#| msgid", before);
        }
        text(&mut out, "msgctxt", &entry.context);
        text(&mut out, "msgid", &entry.source);
        match &entry.plural {
            None => text(&mut out, "msgstr", &entry.translation),
            Some(plural) => {
                text(&mut out, "msgid_plural", plural);
                for (index, form) in entry.forms.iter().enumerate() {
                    text(&mut out, &format!("msgstr[{index}]"), form);
                }
            }
        }
    }
    out
}

/// The messages of a file, without its header and obsolete ones; `Err`: the number of an invalid line, and the reason.
pub fn read(file: &str) -> Result<Vec<Entry>, (usize, String)> {
    let mut all = Vec::new();
    let mut entry = Entry::default();
    // The key that a line with only a text continues.
    let mut key = Key::None;
    let mut begun = false;
    for (number, line) in file.trim_start_matches('\u{feff}').lines().enumerate() {
        let wrong = |why: &str| (number + 1, why.to_owned());
        let line = line.trim();
        if line.is_empty() || line.starts_with("#~") {
            continue;
        }
        let remark = line.starts_with('#');
        // A remark, a context, or a source without one, begins the next message.
        let begins = remark || line.starts_with("msgctxt") || (line.starts_with("msgid ") && key.is_translation());
        if begins && begun && key.is_translation() {
            all.push(std::mem::take(&mut entry));
            (key, begun) = (Key::None, false);
        }
        if let Some(rest) = line.strip_prefix("#|") {
            let rest = rest.trim();
            if let Some(before) = rest.strip_prefix("msgid ") {
                entry.before = Some(unquoted(before).ok_or_else(|| wrong("a text stands in double quotes"))?);
            } else if let (Some(more), Some(before)) = (unquoted(rest), &mut entry.before) {
                before.push_str(&more);
            }
            continue;
        }
        if remark {
            entry.fuzzy |= line.strip_prefix("#,").is_some_and(|flags| flags.split(',').any(|f| f.trim() == "fuzzy"));
            if let Some(remark) = line.strip_prefix("#.") {
                entry.remarks.push(remark.trim().to_owned());
            }
            if let Some(place) = line.strip_prefix("#:") {
                entry.place = Some(place.trim().to_owned());
            }
            continue;
        }
        let rest = match line.split_once(char::is_whitespace) {
            _ if line.starts_with('"') => line,
            Some((name, rest)) => {
                key = Key::named(name).ok_or_else(|| wrong(&format!("there is no `{name}` here")))?;
                rest.trim()
            }
            None => return Err(wrong("a line is `msgid \"…\"`, `msgstr \"…\"` or a remark")),
        };
        let more = unquoted(rest).ok_or_else(|| wrong("a text stands in double quotes"))?;
        match key {
            Key::Context => entry.context.push_str(&more),
            Key::Source => entry.source.push_str(&more),
            Key::Plural => entry.plural.get_or_insert_default().push_str(&more),
            Key::Translation => entry.translation.push_str(&more),
            Key::Form(index) => {
                if entry.forms.len() <= index {
                    entry.forms.resize(index + 1, String::new());
                }
                entry.forms[index].push_str(&more);
            }
            Key::None => return Err(wrong("a text without `msgid` or `msgstr` before it")),
        }
        begun = true;
    }
    if begun {
        all.push(entry);
    }
    all.retain(|entry| !entry.source.is_empty());
    Ok(all)
}

/// The key that a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    None,
    Context,
    Source,
    Plural,
    Translation,
    /// `msgstr[1]`.
    Form(usize),
}

impl Key {
    fn named(name: &str) -> Option<Key> {
        Some(match name {
            "msgctxt" => Key::Context,
            "msgid" => Key::Source,
            "msgid_plural" => Key::Plural,
            "msgstr" => Key::Translation,
            form => {
                let index = form.strip_prefix("msgstr[")?.strip_suffix(']')?.parse().ok()?;
                Key::Form(Some(index).filter(|index| *index < CATEGORIES.len())?)
            }
        })
    }

    fn is_translation(self) -> bool {
        matches!(self, Key::Translation | Key::Form(_))
    }
}

/// A text of several lines begins with an empty one, as in the output of gettext's tools.
fn text(out: &mut String, key: &str, text: &str) {
    let lead = if key.starts_with('#') { "#| " } else { "" };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    match lines.as_slice() {
        [] | [_] => {
            let _ = writeln!(out, "{key} {}", quoted(text));
        }
        lines => {
            let _ = writeln!(out, "{key} \"\"");
            for line in lines {
                let _ = writeln!(out, "{lead}{}", quoted(line));
            }
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"').filter(|_| text.len() > 1)?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '"' => return None,
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            },
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_other_tools_write_is_read() {
        let file = "# Ada, 2026.\nmsgid \"\"\nmsgstr \"\"\n\"Language: es\\n\"\n\n#. ask\n#: flows/a.yaml:3\n\
                    #, fuzzy, no-c-format\n#| msgid \"Which \"\n#| \"colour?\"\nmsgctxt \"a.ask_1\"\nmsgid \"Colour?\"\n\
                    msgstr \"¿Qué \\\"color\\\"?\"\nmsgid \"Bye\"\nmsgstr \"\"\n\"Adiós\\n\"\n\"…\"\n\n#~ msgid \"old\"\n#~ msgstr \"viejo\"\n";
        let entries = read(file).unwrap();
        assert_eq!(entries.len(), 2);
        let first = &entries[0];
        assert_eq!((first.context.as_str(), first.source.as_str()), ("a.ask_1", "Colour?"));
        assert_eq!((first.translation.as_str(), first.fuzzy), ("¿Qué \"color\"?", true));
        assert_eq!(first.before.as_deref(), Some("Which colour?"));
        assert_eq!((entries[1].translation.as_str(), entries[1].fuzzy), ("Adiós\n…", false));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_line() {
        for (file, line) in [
            ("msgid \"a\nmsgstr \"b\"\n", 1),
            ("\n\"a\"\n", 2),
            ("msgid \"a\"\nmsgid_many \"b\"\n", 2),
            ("msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[6] \"c\"\n", 3),
            ("hello\n", 1),
        ] {
            assert_eq!(read(file).unwrap_err().0, line, "{file}");
        }
    }

    fn entry() -> impl Strategy<Value = Entry> {
        let text = "[ -~\n\t\r\\\\\"äñ😀]{0,30}";
        let forms = proptest::option::of(("[!-~][ -~\n\"]{0,20}", proptest::collection::vec(text, 1..6)));
        (
            "[a-z._0-9]{1,9}",
            ".[ -~\n\"\\\\é]{0,20}",
            text,
            any::<bool>(),
            proptest::option::of("[!-~][ -~\n\"]{0,20}"),
            forms,
        )
            .prop_map(|(context, source, translation, fuzzy, before, forms)| {
                let (plural, forms) = forms.unzip();
                Entry {
                    remarks: vec!["say".into()],
                    place: Some("flows/a.yaml:1".into()),
                    fuzzy,
                    before,
                    context,
                    source,
                    translation: if plural.is_none() { translation } else { String::new() },
                    plural,
                    forms: forms.unwrap_or_default(),
                }
            })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(entries in proptest::collection::vec(entry(), 0..6)) {
            prop_assert_eq!(read(&write("es", Some("nplurals=6;"), &entries)).unwrap(), entries);
        }

        #[test]
        fn any_file_is_read_or_refused(file in "[ -~\n\"\\\\#é]{0,200}") {
            let _ = read(&file);
        }
    }
}
