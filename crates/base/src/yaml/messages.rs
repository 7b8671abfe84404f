//! Rewords the YAML parser's messages for authors who do not know YAML's terms.

use crate::synonyms;

/// A clearer message, and the advice.
pub fn reworded(said: &str, before: &str, line: &str) -> (String, String) {
    let has = |part: &str| said.contains(part);
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.trim_start().starts_with(mark)) {
        let help = "keep one of the two versions, and take the lines with `<<<<<<<`, `=======` and `>>>>>>>` out";
        return ("this is a mark of git, between two versions of these lines".to_owned(), help.to_owned());
    }
    let (message, help) = if has("mapping keys are not allowed") {
        ("a text cannot begin with `? `", "put the text in quotes")
    } else if has("block sequence entries are not allowed") {
        (
            "a `- ` cannot stand behind a key in its line",
            "take the `-` away, or begin the list in a line of its own below",
        )
    } else if has("block scalar") {
        ("behind `>` or `|` nothing else may stand in the line", "write the text in the lines below, or in quotes")
    } else if has("expected '-' indicator") || has("did not find expected key") || has("indentation") {
        let help = alignment(before, line);
        return ("this line is indented differently from those that it belongs to".to_owned(), help);
    } else if has("mapping values are not allowed") {
        ("a key cannot stand here", "check the indentation, and quote a text that holds `: `")
    } else if has("simple key") && matches!(line.trim(), "end" | "return") {
        let help = format!("write `- {}`", line.trim());
        return ("a step begins with `- `".to_owned(), help);
    } else if let (true, Some((key, value))) = (has("simple key"), line.trim().split_once(['：', '﹕'])) {
        let help = format!("write `{}: {}` with the `:` of the keyboard", key.trim(), value.trim());
        return ("this colon is none for YAML".to_owned(), help);
    } else if let Some(key) = text_above(before, line).filter(|_| has("simple key")) {
        let message = format!("the text of `{key}` goes on in this line, which stands no deeper than `{key}`");
        return (
            message,
            format!("write `{key}: |`, and below it all lines of the text, two blanks deeper than `{key}`"),
        );
    } else if has("simple key") {
        ("a line `key: value` is expected here", "is the `:` missing, or the indentation of a text?")
    } else if has("flow mapping") || has("flow sequence") || has("bracket") || has("illegal placement") {
        ("a `[` or `{` is not closed, or a `,` is missing", "check the brackets, or write one value a line")
    } else if has("anchor or alias") {
        let sign = if line.contains('&') { '&' } else { '*' };
        let text = line.split_once(sign).map_or("", |(_, text)| text.trim());
        let help = format!("write it in quotes: `\"{sign} {text}\"`");
        return (format!("a text that begins with `{sign}` needs quotes"), help);
    } else if has("unknown anchor") {
        ("a text that begins with `*` needs quotes", "for WhatsApp's bold write `\"*bold*\"`, in quotes")
    } else if has("trailing content after double-quoted") {
        (
            "the quote ends here, and the text goes on",
            "put the whole text in single quotes, or write it on a line of its own",
        )
    } else if has("escape character") {
        ("a `\\` in double quotes begins an escape, and this is none", "write `\\\\`, or use single quotes")
    } else if has("unexpected character") {
        ("a character stands here that no text may hold", "take it out")
    } else {
        let said = said.split(" at char ").next().unwrap_or(said).split(" at byte ").next().unwrap_or(said);
        return (
            format!("this cannot be read: {said}"),
            "check the indentation and the quotes of this line and the one before".to_owned(),
        );
    };
    (message.to_owned(), help.to_owned())
}

/// The advice for a word of cron, `@daily`: a schedule is written in words.
pub fn word_of_cron(value: &str) -> Option<String> {
    let ours = match value.trim() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "daily 0:00",
        "@weekly" => "sunday 0:00",
        "@monthly" => "1st 0:00",
        "@yearly" | "@annually" => "1 january 0:00",
        _ => return None,
    };
    Some(format!("write `{ours}`: a schedule is written in words, or in the five fields of cron"))
}

/// The key of the line above whose plain text this line seems to continue.
fn text_above<'b>(before: &'b str, line: &str) -> Option<&'b str> {
    let (key, text) = before.trim_start().trim_start_matches("- ").split_once(": ")?;
    let said = matches!(key, "say" | "ask" | "text" | "invalid" | "unclear" | "to" | "from" | "footer" | "header");
    let plain = text.trim().starts_with(|c: char| c.is_alphanumeric() || matches!(c, '¡' | '¿' | '$'));
    let goes_on = line.trim_start().starts_with(char::is_alphabetic) && !line.contains(':');
    (said && plain && goes_on).then_some(key)
}

/// A `-` or `:` of this line without a blank behind it: its position, the mistake and the advice.
pub fn blank_missing(line: &str) -> Option<(usize, &'static str, &'static str)> {
    let indent = line.len() - line.trim_start().len();
    let own = &line[indent..];
    if own.starts_with('-') && own[1..].starts_with(char::is_alphanumeric) {
        return Some((indent, "a `-` has no blank behind it", "write `- say: …`, with a blank after the `-`"));
    }
    let rest = own.trim_start_matches("- ");
    let key = rest.split(':').next().unwrap_or_default();
    let word = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    let at = line.len() - rest.len() + key.len();
    let hard = |c: char| c.is_whitespace() && !c.is_ascii();
    if word && rest[key.len()..].strip_prefix(':').is_some_and(|rest| rest.starts_with(hard)) {
        let message = "the blank behind this `:` is a hard one, as word processors write it";
        return Some((at, message, "type a plain one behind the `:`"));
    }
    let glued = word
        && rest[key.len()..].starts_with(':')
        && rest[key.len() + 1..].starts_with(|c: char| c.is_alphanumeric())
        && !rest[key.len() + 1..].contains(": ");
    glued.then_some((at, "a `:` has no blank behind it", "write `key: value`, with a blank after the `:`"))
}

/// Steps that are no key of another step.
const STEPS: [&str; 12] =
    ["ask", "call", "emit", "handoff", "http", "log", "repeat", "say", "script", "set", "switch", "tag"];

/// The advice for the indentation of a line, compared with the line above.
fn alignment(before: &str, line: &str) -> String {
    let (above, own) = (column(before), column(line));
    let word = |line: &str| {
        let rest = line.trim_start_matches([' ', '-']);
        rest.split_once(':').map(|(key, _)| key.trim().to_owned()).filter(|key| !key.is_empty() && !key.contains(' '))
    };
    let dash = |line: &str| line.trim_start().starts_with("- ");
    let indent = |line: &str| line.chars().take_while(|c| *c == ' ').count() + 1;
    if let Some(help) = below_option(before, line).filter(|_| indent(line) >= indent(before)) {
        return help;
    }
    match (word(before), word(line)) {
        (_, Some(key)) if !dash(line) && TOP.contains(&key.as_str()) => {
            format!("`{key}` is a key of the flow: begin it in column 1")
        }
        (_, Some(key)) if !dash(line) && own < above && STEPS.contains(&key.as_str()) => {
            format!("a step begins with `- `: write `- {}`", line.trim())
        }
        // The line above belongs to the steps of the other branch.
        (first, Some(key))
            if !dash(line)
                && matches!(key.as_str(), "then" | "else")
                && own != above
                && !matches!(first.as_deref(), Some("if" | "then")) =>
        {
            format!("begin `{key}` in the column of the `if` that it belongs to, behind as many blanks as that word")
        }
        _ if dash(before) && dash(line) && indent(before) != indent(line) => {
            format!("begin its `-` {}, right below the one above", in_column(indent(before)))
        }
        // The steps of an option with a title.
        (Some(first), Some(key)) if first == "title" && matches!(key.as_str(), "go" | "call" | "say" | "end") => {
            format!("write `do: {{{}}}` {}, right below `title`", line.trim(), in_column(above))
        }
        (Some(first), Some(key)) if above != own && !dash(line) => {
            format!("begin `{key}` {}, right below `{first}`", in_column(above))
        }
        _ => "indent the lines of one list or map alike".to_owned(),
    }
}

/// The advice for `go: book` in a line below an option, which is its step.
fn below_option(before: &str, line: &str) -> Option<String> {
    let step = line.trim();
    let (key, value) = step.split_once(':')?;
    if !OF_OPTIONS.contains(&key) {
        return None;
    }
    let plain = !value.contains(['{', '}', '[', ']', ',', '#', ':', '"', '\'']);
    let step = if plain { format!("{{{step}}}") } else { format!("{{{key}: …}}") };
    let item = before.trim_start().strip_prefix("- ")?.trim();
    if let Some(keys) = item.strip_prefix('{').and_then(|item| item.strip_suffix('}')) {
        return keys.contains("title:").then(|| format!("write `- {{{keys}, do: {step}}}`"));
    }
    let title = item.strip_suffix(':').unwrap_or(item);
    let first = title.split(' ').next().unwrap_or_default();
    let is_step = VALUED.contains(&first) || STEPS.contains(&first) || ALONE.contains(&first);
    (!is_step && !title.is_empty() && !title.contains(": ")).then(|| format!("write `- {title}: {step}`"))
}

/// Steps to which an option usually leads.
const OF_OPTIONS: [&str; 7] = ["go", "call", "say", "start", "set", "tag", "handoff"];

/// Names the number of blanks, because not every editor shows columns.
fn in_column(column: usize) -> String {
    match column - 1 {
        0 => "in column 1".to_owned(),
        1 => "in column 2, behind 1 blank".to_owned(),
        blanks => format!("in column {column}, behind {blanks} blanks"),
    }
}

/// Steps whose other keys stand below them, as deep as their own.
#[rustfmt::skip]
const VALUED: [&str; 20] = [
    "say", "ask", "if", "switch", "repeat", "go", "call", "start", "wait", "http", "script", "llm", "agent", "handoff", "template", "split", "look_up",
    "emit", "react", "consent",
];
/// Steps that need no value.
const ALONE: [&str; 2] = ["end", "return"];

/// Keys that only occur at the left margin of a flow.
const TOP: [&str; 5] = ["flow", "when", "steps", "blocks", "stop_when"];

/// The column of a line's key, behind its `- `, from 1.
fn column(line: &str) -> usize {
    line.chars().take_while(|c| matches!(c, ' ' | '-')).count() + 1
}

/// The finding for content below a line that already has a value; its place is the beginning of the content.
pub fn nested(said: &str, before: &str, line: &str) -> Option<(String, String)> {
    let content = line.trim_start();
    if content.starts_with("- ")
        && content.len() == line.len()
        && (said.contains("expected key") || said.contains("'-'"))
    {
        let message = "a `- ` at the left edge belongs to no key".to_owned();
        return Some((message, "is `steps:` or `when:` missing above it?".to_owned()));
    }
    let above = before.trim_start().trim_start_matches("- ").trim();
    let item = before.trim_start().starts_with("- ");
    let key = |text: &str| text.split_once(':').map(|(key, _)| key.trim().to_owned());
    if !said.contains("mapping values are not allowed") || column(line) < column(before) {
        return None;
    }
    if let (true, Some(own)) = (item && !above.contains(':') && !content.starts_with("- "), key(content)) {
        // `- say Good morning`, with the other keys of the step below.
        if let Some((step, value)) = above.split_once(' ').filter(|(step, _)| VALUED.contains(step)) {
            let message = format!("`{own}` stands below `{above}`, so a `:` is missing behind `{step}`");
            return Some((message, format!("write `- {step}: {}`, and leave `{own}` below it", value.trim())));
        }
        let message = format!("`{own}` stands below `{above}`, so a `:` is missing behind that");
        if ALONE.contains(&above) {
            return Some((message, format!("write `- {above}:`, and leave `{own}` below it")));
        }
        if VALUED.contains(&above) {
            return Some((message, format!("write `- {above}: …` with its value, and leave `{own}` below it")));
        }
        return Some((message, format!("write `- {above}: {{{content}}}`")));
    }
    if column(line) == column(before) {
        return None;
    }
    let written = key(above).filter(|key| !key.contains(' '));
    if content.starts_with("- ") {
        return Some(match written.as_deref() {
            Some(key) if synonyms::is_elseif(key) => {
                let help = "write `else:`, and below it `- if: …` with a `then:` of its own";
                (format!("`{key}` is an `else:` with an `if` in it"), help.to_owned())
            }
            Some("if") => {
                let message = "`if` has its condition already, and steps stand below it".to_owned();
                (message, "write a line `then:` between the two, as deep as `if`".to_owned())
            }
            Some(key) => {
                let message = format!("`{key}` has its value already, and a list stands below it");
                (message, "write the list below a key of its own".to_owned())
            }
            None if item => {
                let message = "steps stand below this, so a `:` is missing at its end".to_owned();
                (message, format!("write `- {above}:`"))
            }
            None => return None,
        });
    }
    let (own, above) = (key(content)?, written?);
    let message = format!("`{own}` stands deeper than `{above}`, which has its value already");
    Some((message, format!("begin `{own}` {}, right below `{above}`", in_column(column(before)))))
}
