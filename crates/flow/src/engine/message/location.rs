//! Parses and evaluates `place:` of a message: a point on the map.

use crate::{
    base::blank::is_blank,
    engine::turn::{Here, StepFailure, Turn},
    load::step_fields::StepFields,
    model::{content::Location, value::Value},
    text::Data,
};

/// A point as written: a map, or `${where}` for an answer of type `location`.
pub struct WrittenPlace(Data);

impl WrittenPlace {
    pub fn parse(fields: &mut StepFields<'_, '_>) -> Option<Self> {
        let node = fields.node("place")?;
        match node.text() {
            Some(text) if !text.contains("${") && !node.is_broken() => {
                let message = format!("`place` needs its degrees, and this is the text `{text}`");
                let help =
                    "write `place: {latitude: 37.39, longitude: -5.99, name: …}`, or `place: ${where}` for an answer";
                fields.wrong(node, "E201", format!("{message}; {help}"));
            }
            Some(_) => {}
            None => {
                let mut keys = fields.below(node, "place");
                let degrees = match node.has_broken() {
                    true => [keys.node("latitude"), keys.node("longitude")],
                    false => [keys.required("latitude"), keys.required("longitude")],
                };
                keys.know(&["name", "address"]);
                keys.finish();
                for (node, (what, most)) in degrees.into_iter().zip(DEGREES) {
                    let Some(node) = node else { continue };
                    let Some(text) = node.text().filter(|text| !text.contains("${") && !node.is_broken()) else {
                        continue;
                    };
                    if in_range(text, most).is_none() {
                        let message = format!(
                            "`{what}` is in degrees from -{most} to {most}, and this is `{text}`; write it like `37.39`"
                        );
                        fields.wrong(node, "E208", message);
                    }
                }
            }
        }
        fields.opt_data("place").map(WrittenPlace)
    }

    pub fn resolve(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Location, StepFailure> {
        let wrong = |text: String| StepFailure::new("type", text);
        let Value::Map(place) = turn.data(here, &self.0)? else {
            return Err(wrong("`place` takes a map with `latitude` and `longitude`".into()));
        };
        let line = |key: &str| place.get(key).and_then(Value::print).filter(|text| !is_blank(text));
        let degrees = |(key, most): (&str, f64)| {
            let text = line(key).unwrap_or_default();
            in_range(&text, most).ok_or_else(|| {
                wrong(format!("`{key}` of `place` is in degrees from -{most} to {most}, and came out as `{text}`"))
            })
        };
        let (latitude, longitude) = (degrees(DEGREES[0])?, degrees(DEGREES[1])?);
        Ok(Location { latitude, longitude, name: line("name"), address: line("address") })
    }
}

const DEGREES: [(&str, f64); 2] = [("latitude", 90.0), ("longitude", 180.0)];

fn in_range(text: &str, most: f64) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite() && degrees.abs() <= most)
}
