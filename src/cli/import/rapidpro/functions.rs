//! Translates the functions of RapidPro's expressions.

use super::expressions::{Code, Is, bracketed};

/// The code of a call; `Err` says that there is no such function here.
pub fn call(name: &str, values: &[Code]) -> Result<Code, String> {
    let texts: Vec<String> = values.iter().map(|value| bracketed(&value.as_text())).collect();
    let numbers: Vec<String> = values.iter().map(Code::numeric).collect();
    let all = |code: &str| Ok(Code::text(format!("({code})")));
    match (name, values, texts.as_slice(), numbers.as_slice()) {
        ("upper" | "lower" | "trim", [_], [text], _) => Ok(Code::text(format!("{text}.{name}()"))),
        // Capitals of names are not changed here: the words stay as they are.
        ("title" | "clean" | "text" | "url_encode" | "format_location", [_], [text], _) => Ok(Code::text(text.clone())),
        ("format_urn", [_], [text], _) => Ok(Code::text(text.clone())),
        ("number", [_], _, [number]) => Ok(Code::number(number.clone())),
        ("round" | "abs", [_], _, [number]) => Ok(Code::number(format!("({number}).{name}()"))),
        ("round", [_, _], _, [number, digits]) => Ok(Code::number(format!("({number}).round({digits})"))),
        ("round_down", [_], _, [number]) => Ok(Code::number(format!("({number}).floor()"))),
        ("round_up", [_], _, [number]) => Ok(Code::number(format!("({number}).ceiling()"))),
        ("max" | "min", [_, _], _, [one, other]) => Ok(Code::number(format!("{name}({one}, {other})"))),
        ("mod", [_, _], _, [one, other]) => Ok(Code::number(format!("({one} % {other})"))),
        ("mean", [_, ..], _, many) => Ok(Code::number(format!("(({}) / {})", many.join(" + "), many.len()))),
        ("if", [when, one, other], [_, then, otherwise], _) => {
            let both = one.is == other.is && one.is != Is::Other;
            let (then, otherwise, is) =
                if both { (&one.code, &other.code, one.is) } else { (then, otherwise, Is::Text) };
            Ok(Code { code: format!("(if {} {{ {then} }} else {{ {otherwise} }})", when.truthful()), is })
        }
        ("and", [_, ..], ..) => Ok(Code::truth(joined(values, " && "))),
        ("or", [_, ..], ..) => Ok(Code::truth(joined(values, " || "))),
        ("not", [value], ..) => Ok(Code::truth(format!("!{}", value.truthful()))),
        ("default", [_, _], [text, instead], _) => all(&format!("if {text} != \"\" {{ {text} }} else {{ {instead} }}")),
        ("concat" | "concatenate", [_, ..], texts, _) => Ok(Code::text(texts.join(" + "))),
        ("text_length" | "len" | "count", [_], [text], _) => Ok(Code::number(format!("{text}.len()"))),
        ("word", [_, _], [text, _], [_, number]) => all(&format!("{text}.split(\" \").get({number}) ?? \"\"")),
        ("word_count", [_], [text], _) => Ok(Code::number(format!("{text}.trim().split(\" \").len()"))),
        ("replace", [_, _, _], [text, from, to], _) => Ok(Code::text(format!("{text}.replace({from}, {to})"))),
        ("contains", [_, _], [text, part], _) => Ok(Code::truth(format!("{text}.contains({part})"))),
        ("regex_match", [_, _], [text, pattern], _) => all(&format!("{text}.capture({pattern}) ?? \"\"")),
        ("today", [], ..) => Ok(Code::other("today()")),
        ("now", [], ..) => Ok(Code::other("now()")),
        ("format_date" | "format_datetime", [date], ..) if date.is == Is::Other => {
            Ok(Code::text(format!("({}).format(\"dd-MM-yyyy\")", date.code)))
        }
        ("json", [value], ..) => Ok(Code::text(format!("({}).to_json()", value.code))),
        ("is_error", [_], [text], _) => Ok(Code::truth(format!("({text} == \"\")"))),
        _ => Err(format!("there is no `{name}` here")),
    }
}

fn joined(values: &[Code], by: &str) -> String {
    format!("({})", values.iter().map(Code::truthful).collect::<Vec<_>>().join(by))
}
