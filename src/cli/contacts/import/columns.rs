//! Maps the columns of a table to fields, and converts its rows.

use crate::{
    base::{diagnostic::did_you_mean, phone},
    cli::Failure,
    flow::{CheckContext, load::bot::Bot, tools::workspace::Workspace},
    runtime::{bot::source_files, config::Config},
};
use serde_json::{Map, Value as Json, json};

/// Values for all rows.
pub struct Constants {
    pub tags: Vec<String>,
    pub consent: Option<String>,
    pub proof: Option<String>,
    /// The calling code for numbers without one.
    pub home: Option<String>,
}

/// The fields of the columns, in the order of the table.
pub struct Columns {
    all: Vec<Column>,
    constants: Constants,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Phone,
    /// `name`, `language` or `zone`.
    Own(&'static str),
    Tags,
    Field(String),
    /// The consent for a topic, given or withdrawn; `all` can only be withdrawn.
    Consent(String),
    /// The proof for a topic; `None`: for all topics.
    Proof(Option<String>),
    At(Option<String>),
    Skipped,
}

impl Columns {
    pub fn of(
        config: &Config,
        headings: &csv::StringRecord,
        map: &[String],
        skip: &[String],
        constants: Constants,
    ) -> Result<Columns, Failure> {
        let files = source_files::read(&config.bot).map_err(Failure::failed)?;
        let mut workspace = Workspace::new(CheckContext::default());
        workspace.replace(files.files.iter().cloned());
        let set = workspace.look().set;
        Columns::named(&set.bot, headings, map, skip, constants).map_err(Failure::Usage)
    }

    fn named(
        bot: &Bot,
        headings: &csv::StringRecord,
        map: &[String],
        skip: &[String],
        constants: Constants,
    ) -> Result<Columns, String> {
        let mut names: Vec<(String, String)> = Vec::new();
        for pair in map {
            let (heading, column) = pair
                .split_once('=')
                .ok_or_else(|| format!("`--map {pair}` has no `=`; write `--map \"Mobile=phone\"`"))?;
            names.push((heading.trim().to_owned(), column.trim().to_owned()));
        }
        for heading in names.iter().map(|(heading, _)| heading).chain(skip) {
            if !headings.iter().any(|known| known == heading) {
                let help = did_you_mean(heading, headings.iter()).map(|help| format!("; {help}")).unwrap_or_default();
                return Err(format!("the table has no column `{heading}`{help}"));
            }
        }
        let mut all: Vec<Column> = Vec::new();
        for heading in headings {
            let mapped = names.iter().find(|(known, _)| known == heading).map(|(_, column)| column.as_str());
            let column = match skip.iter().any(|skipped| skipped == heading) || heading.is_empty() {
                true => Column::Skipped,
                false => Column::read(bot, mapped.unwrap_or(heading))?,
            };
            if column != Column::Skipped && all.contains(&column) {
                return Err(format!("the column `{heading}` stands twice; take one out with `--skip`"));
            }
            all.push(column);
        }
        if !all.contains(&Column::Phone) {
            return Err("the table has no column `phone`; say which one it is by `--map \"HEADING=phone\"`".into());
        }
        if let Some(topic) = constants.consent.as_deref() {
            known_topic(bot, topic)?;
        }
        Ok(Columns { all, constants })
    }

    /// The phone number and the request for the API; `Err`: the reason why the row is refused.
    pub fn row(&self, record: &csv::StringRecord, columns: usize) -> Result<(String, Json), String> {
        if record.len() != columns {
            return Err(format!("it has {} columns, and the first line {columns}", record.len()));
        }
        let cells = || self.all.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
        let said = |wanted: &Column| cells().find(|(column, _)| *column == wanted).map(|(_, cell)| cell);
        let given = said(&Column::Phone).ok_or("it has no phone number")?;
        let phone = phone::lenient(given, self.constants.home.as_deref()).ok_or_else(|| {
            format!("`{given}` is no phone number; write it like `+34600111222`, or give `--home CODE`")
        })?;
        let mut row = json!({"phone": phone});
        let mut tags = self.constants.tags.clone();
        let mut fields = Map::new();
        let mut consents: Vec<(String, bool)> = Vec::new();
        for (column, cell) in cells() {
            match column {
                Column::Own(name) => row[*name] = cell.into(),
                Column::Tags => {
                    tags.extend(cell.split(';').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned))
                }
                Column::Field(name) => drop(fields.insert(name.clone(), cell.into())),
                Column::Consent(topic) => consents.push((topic.clone(), word(topic, cell)?)),
                Column::Phone | Column::Proof(_) | Column::At(_) | Column::Skipped => {}
            }
        }
        if let Some(topic) =
            self.constants.consent.as_ref().filter(|topic| consents.iter().all(|(own, _)| own != *topic))
        {
            consents.push((topic.clone(), true));
        }
        let consents: Vec<Json> = consents
            .into_iter()
            .map(|(topic, given)| {
                let own = |column: fn(Option<String>) -> Column| {
                    said(&column(Some(topic.clone()))).or_else(|| said(&column(None)))
                };
                let proof = own(Column::Proof).or(self.constants.proof.as_deref());
                if given && proof.is_none() {
                    return Err(format!(
                        "`{topic}` is given without a proof; write it into `consent.{topic}.proof`, or give `--proof`"
                    ));
                }
                let at = own(Column::At).map(moment).transpose()?;
                Ok(json!({"topic": topic, "given": given, "proof": proof, "at": at}))
            })
            .collect::<Result<_, String>>()?;
        if !tags.is_empty() {
            row["tags"] = json!({"add": tags});
        }
        if !fields.is_empty() {
            row["fields"] = fields.into();
        }
        if !consents.is_empty() {
            row["consent"] = consents.into();
        }
        Ok((phone, row))
    }
}

impl Column {
    fn read(bot: &Bot, heading: &str) -> Result<Column, String> {
        let lower = heading.to_lowercase();
        Ok(match lower.as_str() {
            "phone" => Column::Phone,
            "name" => Column::Own("name"),
            "language" => Column::Own("language"),
            "zone" => Column::Own("zone"),
            "tags" => Column::Tags,
            "proof" => Column::Proof(None),
            "consent_at" => Column::At(None),
            // These columns are in the report of an earlier import whose rows were corrected.
            "line" | "reason" if bot.fields.iter().all(|field| field.name != heading) => Column::Skipped,
            _ => {
                if let Some(rest) = heading.strip_prefix("consent.") {
                    let (topic, part) = match rest.rsplit_once('.') {
                        Some((topic, part @ ("proof" | "at"))) => (topic, part),
                        _ => (rest, ""),
                    };
                    known_topic(bot, topic)?;
                    return Ok(match part {
                        "proof" => Column::Proof(Some(topic.to_owned())),
                        "at" => Column::At(Some(topic.to_owned())),
                        _ => Column::Consent(topic.to_owned()),
                    });
                }
                let field = bot.fields.iter().find(|field| field.name == heading);
                let field = field.ok_or_else(|| unknown(bot, heading))?;
                Column::Field(field.name.clone())
            }
        })
    }
}

fn known_topic(bot: &Bot, topic: &str) -> Result<(), String> {
    if topic == "all" || bot.topics.contains_key(topic) {
        return Ok(());
    }
    let help = did_you_mean(topic, bot.topics.keys().map(String::as_str).chain(["all"]));
    let end = help.map(|help| format!("; {help}")).unwrap_or_default();
    Err(format!("`_bot.yaml` declares no topic `{topic}`{end}"))
}

fn unknown(bot: &Bot, heading: &str) -> String {
    let own = ["phone", "name", "language", "zone", "tags", "proof", "consent_at"];
    let known = own.into_iter().chain(bot.fields.iter().map(|field| field.name.as_str()));
    let help = did_you_mean(heading, known).map(|help| format!("{help}; ")).unwrap_or_default();
    format!(
        "nobody knows what the column `{heading}` means: {help}leave it out by `--skip \"{heading}\"`, give it another \
         name by `--map \"{heading}=…\"`, or declare the field in `_bot.yaml`"
    )
}

fn word(topic: &str, cell: &str) -> Result<bool, String> {
    match cell.to_lowercase().as_str() {
        "given" | "yes" | "true" | "1" => Ok(true),
        "withdrawn" | "no" | "false" | "0" => Ok(false),
        _ => Err(format!("`consent.{topic}` is `given` or `withdrawn`, and this is `{cell}`")),
    }
}

/// Parses a moment; a day counts from its beginning.
fn moment(cell: &str) -> Result<String, String> {
    if cell.parse::<jiff::Timestamp>().is_ok() {
        return Ok(cell.to_owned());
    }
    let day = cell.parse::<jiff::civil::Date>();
    let day =
        day.map_err(|_| format!("`{cell}` is no moment; write it like `2026-03-01` or `2026-03-01T10:00:00Z`"))?;
    Ok(format!("{day}T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::place::SourceFile;

    const BOT: &str =
        "bot: Shop\nlanguage: en\nfields: {city: text, visits: whole}\ntopics: {news: {needs: consent}}\n";

    fn constants() -> Constants {
        Constants { tags: vec!["spring".into()], consent: None, proof: None, home: Some("34".into()) }
    }

    fn columns(headings: &[&str], map: &[&str], skip: &[&str]) -> Result<Columns, String> {
        let mut workspace = Workspace::new(CheckContext::default());
        workspace.replace([SourceFile::new("flows/_bot.yaml", BOT)]);
        let set = workspace.look().set;
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let headings = csv::StringRecord::from(headings.to_vec());
        Columns::named(&set.bot, &headings, &owned(map), &owned(skip), constants())
    }

    fn row(headings: &[&str], cells: &[&str]) -> Result<Json, String> {
        let columns = columns(headings, &[], &[]).unwrap();
        columns.row(&csv::StringRecord::from(cells.to_vec()), headings.len()).map(|(_, row)| row)
    }

    #[test]
    fn a_row_becomes_what_the_api_takes() {
        let headings = ["phone", "name", "tags", "city", "consent.news", "consent.news.proof", "consent_at"];
        let cells = ["600 111 222", "Ana", "vip; new", "Madrid", "given", "Web form", "2026-03-01"];
        let wanted = json!({
            "phone": "+34600111222", "name": "Ana", "tags": {"add": ["spring", "vip", "new"]},
            "fields": {"city": "Madrid"},
            "consent": [{"topic": "news", "given": true, "proof": "Web form", "at": "2026-03-01T00:00:00Z"}],
        });
        assert_eq!(row(&headings, &cells), Ok(wanted));
        let empty = row(&headings, &["+34600111222", "", "", "", "", "", ""]);
        assert_eq!(
            empty,
            Ok(json!({"phone": "+34600111222", "tags": {"add": ["spring"]}})),
            "an empty cell says nothing"
        );
    }

    #[test]
    fn a_row_is_refused_with_its_reason() {
        let headings = ["phone", "consent.news", "consent.news.at"];
        for (cells, why) in [
            (vec!["", "", ""], "it has no phone number"),
            (vec!["12", "", ""], "`12` is no phone number"),
            (vec!["+34600111222", "given", ""], "without a proof"),
            (vec!["+34600111222", "maybe", ""], "this is `maybe`"),
            (vec!["+34600111222", "withdrawn", "yesterday"], "`yesterday` is no moment"),
            (vec!["+34600111222"], "it has 1 columns, and the first line 3"),
        ] {
            let said = row(&headings, &cells).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn columns_that_nobody_knows_are_told_before_anything_is_taken() {
        let why =
            |headings: &[&str], map: &[&str], skip: &[&str]| columns(headings, map, skip).err().unwrap_or_default();
        assert!(
            why(&["phone", "cty"], &[], &[]).contains("did you mean `city`"),
            "{}",
            why(&["phone", "cty"], &[], &[])
        );
        assert!(why(&["name"], &[], &[]).contains("no column `phone`"));
        assert!(why(&["phone", "consent.nwes"], &[], &[]).contains("did you mean `news`"));
        assert!(why(&["phone", "name", "Name"], &[], &[]).contains("stands twice"));
        assert!(why(&["phone"], &["Mobile=phone"], &[]).contains("no column `Mobile`"));
        assert_eq!(why(&["Mobile", "Notes"], &["Mobile=phone"], &["Notes"]), "");
    }
}
