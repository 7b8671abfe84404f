//! Leaves out the thoughts that some models write before their answer: no customer reads them.

use crate::model::value::Value;

/// The answer behind the block of thoughts that some models write before it. One that is not closed is no answer yet.
pub(super) fn without_thoughts(text: &str) -> &str {
    const BLOCKS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];
    let begun = text.trim_start();
    for (begin, end) in BLOCKS {
        if let Some(thoughts) = begun.strip_prefix(begin) {
            return thoughts.split_once(end).map_or("", |(_, answer)| answer.trim_start());
        }
        // Some servers send the end alone. A form that begins has it inside one of its texts.
        if let Some((thoughts, answer)) = begun.split_once(end)
            && !thoughts.contains(begin)
            && !begun.starts_with(['{', '[', '"', '`'])
        {
            return answer.trim_start();
        }
    }
    text
}

/// The act, whose reply may begin with thoughts, too.
pub(super) fn said_without_thoughts(mut act: Value) -> Value {
    if let Value::Map(parts) = &mut act
        && let Some(Value::Map(with)) = parts.get_mut("with")
        && let Some(Value::Text(text)) = with.get_mut("text")
    {
        *text = without_thoughts(text).to_owned();
    }
    act
}
