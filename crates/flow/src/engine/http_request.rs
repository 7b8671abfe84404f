//! Fills in the values of an `http` step: its address, and its texts and data, which may contain secrets.

use crate::{
    model::{effect::CallText, value::Value},
    script::{Code, Evaluated, Scope, ScriptError},
    text::{Data, Text},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::{collections::BTreeMap, ops::Range};

/// The characters that stay unencoded in a value: the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The text with its values; secrets stay separate parts.
pub fn text(text: &Text, scope: &Scope<'_>) -> Result<CallText, ScriptError> {
    let mut out = CallText::Plain(String::new());
    for part in parts(text) {
        let part = match part {
            Part::Plain(plain) => plain.into(),
            Part::Code(code) => code.give(scope)?.print().ok_or_else(|| in_a_text(code))?,
        };
        out = out.with(part);
    }
    Ok(out)
}

/// Data of any shape with its values.
pub fn data(data: &Data, scope: &Scope<'_>) -> Result<Evaluated, ScriptError> {
    Ok(match data {
        Data::Text(written) => match written.sole() {
            Some(code) => code.give(scope)?,
            None => match text(written, scope)? {
                CallText::Plain(text) => Evaluated::Value(Value::Text(text)),
                secret => Evaluated::Secret(secret),
            },
        },
        Data::Value(value) => Evaluated::Value(value.clone()),
        Data::List(items) => {
            Evaluated::list(items.iter().map(|item| self::data(item, scope)).collect::<Result<_, _>>()?)
        }
        Data::Map(entries) => {
            let mut map = BTreeMap::new();
            for (key, item) in entries {
                map.insert(key.render(scope)?, self::data(item, scope)?);
            }
            Evaluated::map(map)
        }
    })
}

/// An address with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub url: String,
    /// True if its host comes from a value outside `env`: from a server, or even from a customer.
    pub foreign: bool,
}

/// True if its host comes from a value outside `env`.
pub fn is_foreign(address: &Text) -> bool {
    let written = |part: &Part<'_>| !matches!(part, Part::Plain(plain) if plain.trim().is_empty());
    matches!(parts(address).find(written), Some(Part::Code(code)) if !code.is_env())
}

/// The address with its values. A value behind the host is one part of a path, a query or a fragment and nothing more,
/// so it is percent-encoded. The inner error names a value that cannot stand in its place.
pub fn address(address: &Text, scope: &Scope<'_>) -> Result<Result<Address, String>, ScriptError> {
    let (mut url, mut foreign, mut behind_env) = (String::new(), false, false);
    // The ends of values in the host.
    let mut named: Vec<usize> = Vec::new();
    let mut filled: Vec<(Range<usize>, &Code)> = Vec::new();
    for part in parts(address) {
        let code = match part {
            Part::Plain(plain) => {
                url.push_str(if url.is_empty() { plain.trim_start() } else { plain });
                behind_env = false;
                continue;
            }
            Part::Code(code) => code,
        };
        let behind_env = std::mem::replace(&mut behind_env, code.is_env());
        let value = code.eval(scope)?.print().ok_or_else(|| in_a_text(code))?;
        let start = url.len();
        match Position::of(&url) {
            Position::Start => {
                foreign = !code.is_env();
                let value = value.trim();
                if foreign && !["https://", "http://"].iter().any(|scheme| value.starts_with(scheme)) {
                    let needed = "an address that begins with a value needs all of it, from `https://` on";
                    return Ok(Err(format!("`{}` is no whole address; {needed}", code.source())));
                }
                url.push_str(value);
            }
            Position::Host if code.is_env() => url.push_str(value.trim()),
            // The value would continue the name or the port at the end of `env`.
            Position::Host if behind_env => {
                let cure = "write a `/` between it and `env`";
                return Ok(Err(format!("`{}` fills the host of the address; {cure}", code.source())));
            }
            Position::Host if is_label(&value) => {
                url.push_str(&value);
                named.push(url.len());
            }
            Position::Host => {
                let allowed = "only letters, digits and `-` may stand there";
                return Ok(Err(format!("`{}` fills the host of the address, and {allowed}", code.source())));
            }
            Position::Behind => {
                url.extend(utf8_percent_encode(&value, ENCODED));
                filled.push((start..url.len(), code));
            }
        }
    }
    let url = url.trim_end().to_owned();
    // A value contains no dot: without a dot behind it, it would choose the domain or the port.
    let host = &url[..host_end(&url).unwrap_or(url.len())];
    foreign |= named.iter().any(|end| !host[*end..].contains('.'));
    Ok(match filled.iter().find_map(|(range, code)| wrong_part(&url, range).map(|why| (why, code))) {
        Some((why, code)) => Err(format!("`{}` fills a part of the path, and {why}", code.source())),
        None => Ok(Address { url, foreign }),
    })
}

/// The part of an address in which the next value stands.
enum Position {
    Start,
    Host,
    Behind,
}

impl Position {
    fn of(before: &str) -> Position {
        match host_end(before) {
            _ if before.is_empty() => Position::Start,
            Some(_) => Position::Behind,
            None => Position::Host,
        }
    }
}

/// The beginning of the path, query or fragment, if there is one.
fn host_end(url: &str) -> Option<usize> {
    // An address without a host, for example because its `env` was not granted: invalid, or only a mock answers it.
    if url.starts_with(['/', '?', '#']) {
        return Some(0);
    }
    let host = url.find("://")? + "://".len();
    url[host..].find(['/', '\\', '?', '#']).map(|at| host + at)
}

fn is_label(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The reason why the value must not fill this part of the path: servers and proxies read `.` and `..` as steps through
/// folders, and with an empty part the address has another meaning: all orders in place of one.
fn wrong_part(url: &str, filled: &Range<usize>) -> Option<&'static str> {
    let path = host_end(url)?;
    let end = url[path..].find(['?', '#']).map_or(url.len(), |at| path + at);
    if filled.start > end || filled.end > end {
        return None;
    }
    let start = url[..filled.start].rfind(['/', '\\']).map_or(filled.start, |at| at + 1);
    let stop = url[filled.end..end].find(['/', '\\']).map_or(end, |at| filled.end + at);
    match url[start..stop].to_ascii_lowercase().replace("%2e", ".").as_str() {
        "" => Some("it is empty"),
        "." | ".." => Some("it is `.` or `..`"),
        _ => None,
    }
}

enum Part<'t> {
    Plain(&'t str),
    Code(&'t Code),
}

fn parts(text: &Text) -> impl Iterator<Item = Part<'_>> {
    let mut codes = text.codes();
    text.pieces().filter_map(move |piece| match piece {
        Some(plain) => Some(Part::Plain(plain)),
        None => codes.next().map(Part::Code),
    })
}

fn in_a_text(code: &Code) -> ScriptError {
    code.error("a list or a map cannot stand in a text; name a part of it, or use `.map(…)` and join it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{
            diagnostic::Findings,
            place::SourceFile,
            time::Time,
            yaml::{self},
        },
        script::Scripts,
        text::Names,
    };
    use jiff::tz::TimeZone;

    /// The address of `http: …` with these values.
    fn filled(written: &str, values: &[(&str, &str)]) -> Result<Address, String> {
        let findings = Findings::default();
        let file = SourceFile::new("a.yaml", format!("x: \"{written}\""));
        let node = yaml::load(&file, &findings).unwrap();
        let own: Vec<String> = values.iter().map(|(name, _)| (*name).to_owned()).collect();
        let scripts = Scripts::new(&[], [], &findings);
        let names = Names { own: &own, secrets: false };
        let text = Text::parse(node.get("x").unwrap().scalar().unwrap(), &scripts, &names, &findings);
        assert!(findings.is_empty(), "{written}");
        let env = || {
            let env =
                [("URL", "https://shop.example"), ("BASE", "https://shop.example/api"), ("HOST", "shop.example:81")];
            Value::Map(env.iter().map(|(name, value)| ((*name).to_owned(), Value::text(*value))).collect())
        };
        let scope = Scope {
            names: &|name| match name {
                "env" => Some(env()),
                own => values.iter().find(|(name, _)| *name == own).map(|(_, value)| Value::text(*value)),
            },
            now: Time(0),
            zone: TimeZone::UTC,
            contact_zone: TimeZone::UTC,
            language: "en",
            phone: None,
        };
        address(&text, &scope).unwrap()
    }

    fn url(written: &str, value: &str) -> Result<String, String> {
        filled(written, &[("x", value)]).map(|address| address.url)
    }

    #[test]
    fn a_value_behind_the_host_is_one_part_and_nothing_more() {
        for (value, encoded) in [
            ("7", "7"),
            ("../admin/keys", "..%2Fadmin%2Fkeys"),
            ("7?admin=1", "7%3Fadmin%3D1"),
            ("7#x", "7%23x"),
            ("a b&c", "a%20b%26c"),
            ("..\\..", "..%5C.."),
            ("7;x", "7%3Bx"),
            ("%2e%2e", "%252e%252e"),
            ("+34 600", "%2B34%20600"),
            ("a\r\nHost: b", "a%0D%0AHost%3A%20b"),
            ("ñ", "%C3%B1"),
            ("a-b_c.d~e", "a-b_c.d~e"),
        ] {
            for before in
                ["${env.URL}/orders/", "https://shop.example/orders/", "${env.URL}?q=", "${env.BASE}/a#", "${env.BASE}"]
            {
                let filled = url(&format!("{before}${{x}}"), value).unwrap();
                assert!(filled.ends_with(encoded), "{before}: {filled}");
            }
        }
        assert_eq!(url("${env.BASE}/x/${env.HOST}", "").as_deref(), Ok("https://shop.example/api/x/shop.example%3A81"));
    }

    #[test]
    fn steps_through_folders_and_empty_parts_are_refused() {
        for written in ["${env.URL}/orders/${x}", "${env.URL}/orders/${x}/lines", "${env.URL}/${x}?q=1"] {
            for value in [".", "..", ""] {
                assert!(url(written, value).unwrap_err().contains("fills a part of the path"), "{written} {value}");
            }
        }
        for written in ["${env.URL}/a/.${x}", "${env.URL}/a/%2e${x}", "${env.URL}/a/%2E${x}/b"] {
            assert!(url(written, ".").unwrap_err().contains("`.` or `..`"), "{written}");
        }
        let halves = filled("${env.URL}/a/${x}${y}", &[("x", "."), ("y", ".")]);
        assert!(halves.unwrap_err().contains("`.` or `..`"));
        assert_eq!(url("${env.URL}/a?q=${x}", "..").as_deref(), Ok("https://shop.example/a?q=.."));
        assert_eq!(url("${env.URL}/a-${x}", "").as_deref(), Ok("https://shop.example/a-"));
        assert_eq!(url("${env.URL}/a?q=${x}", "").as_deref(), Ok("https://shop.example/a?q="));
    }

    #[test]
    fn a_value_in_the_host_is_one_label_or_env() {
        assert_eq!(url("https://${x}.shop.example/a", "berlin-2").as_deref(), Ok("https://berlin-2.shop.example/a"));
        assert!(!filled("https://${x}.shop.example/a", &[("x", "berlin")]).unwrap().foreign);
        assert!(filled("https://${x}/a", &[("x", "localhost")]).unwrap().foreign);
        assert!(filled("https://shop.${x}/a", &[("x", "example")]).unwrap().foreign);
        assert!(filled("https://shop.example:1${x}/a", &[("x", "8")]).unwrap().foreign);
        assert!(url("${env.URL}${x}/a", "m").unwrap_err().contains("write a `/` between it and `env`"));
        let bare = filled("${env.NOBODYS}/a/${x}", &[("x", "7/8")]).unwrap();
        assert_eq!(bare, Address { url: "/a/7%2F8".into(), foreign: false }, "as in a test without that `env`");
        assert_eq!(url("https://${env.HOST}/a/${x}", "7").as_deref(), Ok("https://shop.example:81/a/7"));
        for value in ["evil.example/", "a@evil.example", "a.b", "", "a:1", "a\\b", "ñ", "/orders"] {
            for written in ["https://${x}.shop.example/a", "https://${x}", "${env.URL}${x}", "https:${x}"] {
                assert!(url(written, value).unwrap_err().contains("fills the host"), "{written} {value}");
            }
        }
    }

    #[test]
    fn a_whole_address_of_somebody_else_is_known_as_such() {
        let next = filled("${x}", &[("x", " https://shop.example/orders?page=2&a=/../b ")]).unwrap();
        assert_eq!(next, Address { url: "https://shop.example/orders?page=2&a=/../b".into(), foreign: true });
        let more = filled("${x}/${y}", &[("x", "https://a.example/b"), ("y", "c/d")]).unwrap();
        assert_eq!((more.url.as_str(), more.foreign), ("https://a.example/b/c%2Fd", true));
        for value in ["", "ftp://a.example", "//a.example", "shop.example", "javascript:x"] {
            assert!(url("${x}", value).unwrap_err().contains("is no whole address"), "{value}");
        }
        assert!(!filled("${env.URL}/a", &[]).unwrap().foreign && !filled("https://a.example/", &[]).unwrap().foreign);
    }
}
