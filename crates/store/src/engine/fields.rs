//! Serializes a row into its fields once, when it is queued: SQLite binds the fields, Postgres gets them as JSON.

use serde::{
    Serialize,
    ser::{self, Impossible, SerializeStruct},
};
use std::fmt;

/// The fields of a row, in the order of its struct, without skipped ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(Vec<(&'static str, Value)>);

/// The value of a field. U+0000 is replaced by the visible `␀` (U+2400), because Postgres refuses it and SQLite would
/// keep it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(i64),
    Real(f64),
    /// A variant name of an enum.
    Word(&'static str),
    Text(String),
    /// A list or object, as JSON.
    Json(String),
}

impl Fields {
    /// Takes a struct with named fields.
    pub fn of<R: Serialize>(row: &R) -> Self {
        match row.serialize(Taker { whole: true }) {
            Ok(Taken::Row(fields)) => Fields(fields),
            _ => panic!("rows are structs with plain fields"),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// The value of a field, if it is a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The value of a field, if it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            Value::Word(word) => Some(word),
            _ => None,
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find_map(|(own, value)| (own == name).then_some(value))
    }

    /// The approximate size of the values in bytes.
    pub fn size(&self) -> usize {
        let of_value = |value: &Value| match value {
            Value::Text(text) | Value::Json(text) => text.len(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Real(_) | Value::Word(_) => 0,
        };
        self.0.iter().map(|(_, value)| size_of::<Value>() + of_value(value)).sum()
    }

    /// Appends the fields as a JSON object.
    pub fn write_json(&self, out: &mut String) {
        out.push('{');
        for (at, (name, value)) in self.0.iter().enumerate() {
            out.push_str(if at > 0 { ",\"" } else { "\"" });
            out.push_str(name);
            out.push_str("\":");
            match value {
                Value::Json(json) => out.push_str(json),
                other => out.push_str(&other.as_json()),
            }
        }
        out.push('}');
    }
}

impl Value {
    /// The value as JSON: a text is quoted.
    pub fn as_json(&self) -> String {
        match self {
            Value::Null => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Real(real) => json(real),
            Value::Word(word) => json(word),
            Value::Text(text) => json(text),
            Value::Json(json) => json.clone(),
        }
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // Most values are longer than the initial capacity of a `Vec`.
    let mut out = Vec::with_capacity(512);
    serde_json::to_writer(&mut out, value).expect("rows hold plain data");
    without_nul(String::from_utf8(out).expect("JSON is UTF-8"))
}

/// `json` is serialized JSON, in which U+0000 can only stand as an escape.
fn without_nul(json: String) -> String {
    if !json.contains("\\u0000") {
        return json;
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        // `\\u0000` is a backslash and five letters, so the text is scanned escape by escape.
        let length = if escape.starts_with("\\u") { 6 } else { 2 };
        match escape.get(..length) {
            Some("\\u0000") => out.push('\u{2400}'),
            Some(other) => out.push_str(other),
            None => out.push_str(escape),
        }
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// A serializer for a row (`whole`) or for one field of it; it refuses a field that has parts itself.
struct Taker {
    whole: bool,
}

enum Taken {
    Row(Vec<(&'static str, Value)>),
    Value(Value),
}

/// The field is a list or object.
#[derive(Debug)]
struct Parts;

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field has parts")
    }
}

impl std::error::Error for Parts {}

impl ser::Error for Parts {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Parts
    }
}

type Result<T = Taken> = std::result::Result<T, Parts>;

impl SerializeStruct for Taken {
    type Ok = Taken;
    type Error = Parts;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        let value = match value.serialize(Taker { whole: false }) {
            Ok(Taken::Value(value)) => value,
            _ => Value::Json(json(value)),
        };
        if let Taken::Row(fields) = self {
            fields.push((name, value));
        }
        Ok(())
    }

    fn end(self) -> Result {
        Ok(self)
    }
}

macro_rules! numbers {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result {
            Ok(Taken::Value(Value::Number(value.into())))
        })*
    };
}

impl ser::Serializer for Taker {
    type Ok = Taken;
    type Error = Parts;
    type SerializeSeq = Impossible<Taken, Parts>;
    type SerializeTuple = Impossible<Taken, Parts>;
    type SerializeTupleStruct = Impossible<Taken, Parts>;
    type SerializeTupleVariant = Impossible<Taken, Parts>;
    type SerializeMap = Impossible<Taken, Parts>;
    type SerializeStruct = Taken;
    type SerializeStructVariant = Impossible<Taken, Parts>;

    numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    numbers!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32);

    fn serialize_u64(self, value: u64) -> Result {
        i64::try_from(value).map(|number| Taken::Value(Value::Number(number))).map_err(|_| Parts)
    }

    fn serialize_bool(self, value: bool) -> Result {
        Ok(Taken::Value(Value::Bool(value)))
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result {
        // JSON has no infinity and no NaN.
        Ok(Taken::Value(if value.is_finite() { Value::Real(value) } else { Value::Null }))
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        let text = if value.contains('\0') { value.replace('\0', "\u{2400}") } else { value.to_owned() };
        Ok(Taken::Value(Value::Text(text)))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result {
        Err(Parts)
    }

    fn serialize_none(self) -> Result {
        Ok(Taken::Value(Value::Null))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, word: &'static str) -> Result {
        Ok(Taken::Value(Value::Word(word)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result {
        Err(Parts)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq> {
        Err(Parts)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple> {
        Err(Parts)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct> {
        Err(Parts)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(Parts)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap> {
        Err(Parts)
    }

    fn serialize_struct(self, _: &'static str, fields: usize) -> Result<Taken> {
        if self.whole { Ok(Taken::Row(Vec::with_capacity(fields))) } else { Err(Parts) }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(Parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{ids::ContactId, time::Time},
        tables::outbound::SendState,
    };
    use serde_json::value::{RawValue, to_raw_value};

    #[derive(Serialize)]
    struct Row {
        id: ContactId,
        at: Option<Time>,
        never: Option<Time>,
        real: f64,
        flag: bool,
        state: SendState,
        text: String,
        list: Vec<u8>,
        raw: Box<RawValue>,
        maybe: Option<Vec<u8>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<i64>,
    }

    fn row(text: &str) -> Row {
        Row {
            id: ContactId(7),
            at: Some(Time(-1)),
            never: None,
            real: 1.5,
            flag: true,
            state: SendState::Sent,
            text: text.into(),
            list: vec![1, 2],
            raw: to_raw_value(&["x"]).unwrap(),
            maybe: None,
            absent: None,
        }
    }

    #[test]
    fn fields_as_json_are_what_serde_writes() {
        let row = row("a\"b\n😀");
        let mut out = String::new();
        Fields::of(&row).write_json(&mut out);
        assert_eq!(out, serde_json::to_string(&row).unwrap());
    }

    #[test]
    fn plain_fields_are_values_and_others_json() {
        let fields = Fields::of(&row("x"));
        let of = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        assert_eq!(of("id"), Some(Value::Number(7)));
        assert_eq!(of("at"), Some(Value::Number(-1)));
        assert_eq!(of("never"), Some(Value::Null));
        assert_eq!(of("state"), Some(Value::Word("sent")));
        assert_eq!(of("list"), Some(Value::Json("[1,2]".into())));
        assert_eq!(of("raw"), Some(Value::Json(r#"["x"]"#.into())));
        assert_eq!(of("maybe"), Some(Value::Null));
        assert_eq!(of("absent"), None);
    }

    #[test]
    fn a_zero_character_becomes_visible() {
        #[derive(Serialize)]
        struct Row<'a> {
            text: &'a str,
            list: [&'a str; 3],
        }
        let fields = Fields::of(&Row { text: "a\0b", list: ["a\0b", "\\u0000", "\"\0\""] });
        let mut out = String::new();
        fields.write_json(&mut out);
        let back: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(back, serde_json::json!({ "text": "a␀b", "list": ["a␀b", "\\u0000", "\"␀\""] }));
    }
}
