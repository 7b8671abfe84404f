//! Reads lists of names of `_bot.yaml` that authors write as maps, and teams that they write as a list.

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fields::Fields,
    fix::Fix,
    yaml::{Entry, Kind, Node},
};

/// The names of `env`, `secrets`, `models` or `mcp`. A map of values gets a finding that repeats no value, and its keys count
/// as named.
pub(super) fn names(fields: &mut Fields<'_>, key: &'static str, findings: &Findings) -> Vec<String> {
    if key == "mcp"
        && let Some(names) = fields.node(key).and_then(|node| servers(node, findings))
    {
        return names;
    }
    let Some((node, entries)) = fields.node(key).and_then(|node| Some((node, node.map()?))) else {
        return fields.texts(key).into_iter().map(str::to_owned).collect();
    };
    let names: Vec<String> = entries.iter().map(|entry| entry.key.text.clone()).collect();
    let meant = format!("[{}]", names.join(", "));
    let values = match key {
        "env" => "under `flows: env:` in the daemon's configuration, and for a sandbox under `sandbox: env:` here",
        "models" => "in the daemon's configuration alone, under `models:`",
        _ => "in the daemon's configuration alone, under `flows: secrets:`",
    };
    if !node.is_broken() {
        let finding =
            Diagnostic::error("E201", &node.place, format!("`{key}` lists names, and this is keys with values"));
        findings.push(finding.help(format!("write `{key}: {meant}`; the values stand {values}")));
    }
    names
}

/// The names of MCP servers that are written out here; `None`: none is. A bot's folder must not be able to start programs, nor
/// to say where words of customers go.
fn servers(node: &Node, findings: &Findings) -> Option<Vec<String>> {
    let one = |node: &Node| node.get("name").and_then(Node::text).map(str::to_owned);
    let (names, written): (Vec<String>, Vec<&Node>) = match (&node.kind, one(node)) {
        (Kind::Map(_), Some(name)) => (vec![name], vec![node]),
        (Kind::Map(entries), None) => entries.iter().map(|entry| (entry.key.text.clone(), &entry.value)).unzip(),
        (Kind::List(items), _) if items.iter().any(|item| item.map().is_some()) => {
            let name = |item: &Node| item.text().map(str::to_owned).or_else(|| one(item));
            (items.iter().filter_map(name).collect(), items.iter().collect())
        }
        _ => return None,
    };
    if node.is_broken() {
        return Some(names);
    }
    let command = written.iter().find_map(|server| server.entry("command"));
    let (place, message) = match command {
        Some(command) => (&command.key.place, "a bot's folder starts no programs: `mcp` lists names of servers"),
        None => (&node.place, "`mcp` lists names of servers, and this says what they are"),
    };
    let help = format!(
        "write `mcp: [{}]`; the server itself stands under `mcp:` of the daemon's configuration",
        names.join(", ")
    );
    findings.push(Diagnostic::error("E201", place, message).help(help));
    Some(names)
}

/// The entries of `teams`. A list of names gets a finding with the map that is meant.
pub(super) fn teams<'a>(fields: &mut Fields<'a>, findings: &Findings) -> &'a [Entry] {
    let listed = fields.node("teams").filter(|node| node.list().is_some() || node.text().is_some());
    let Some(node) = listed.filter(|node| !node.is_broken() && node.text() != Some("")) else {
        return fields.map("teams");
    };
    let names: Vec<String> =
        node.one_or_many().iter().filter_map(Node::text).map(|name| format!("{name}: {{}}")).collect();
    let meant = format!("{{{}}}", names.join(", "));
    let message = format!("`teams` gives each team its hours, and this is {}", node.describe());
    let fix = Fix::replace(format!("write `{meant}`"), &node.place, meant.clone());
    findings.push(Diagnostic::error("E201", &node.place, message).help(format!("write `teams: {meant}`")).fix(fix));
    &[]
}

#[cfg(test)]
mod tests {
    use crate::{base::place::SourceFile, parse_set};

    #[test]
    fn a_server_is_not_written_in_the_bot_and_starts_no_program() {
        for (written, line, wanted) in [
            ("mcp: {files: {command: [sh, -c, evil]}}", 2, "a bot's folder starts no programs"),
            ("mcp:\n  - name: files\n    command: [sh, -c, evil]", 4, "a bot's folder starts no programs"),
            ("mcp: {name: files, command: [sh]}", 2, "a bot's folder starts no programs"),
            ("mcp: [{name: files, url: \"https://a.example\"}]", 2, "this says what they are"),
            ("mcp: {files: \"https://a.example\"}", 2, "this says what they are"),
        ] {
            let (set, found) = parse_set(&[SourceFile::new("flows/_bot.yaml", format!("bot: a\n{written}\n"))]);
            let said: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert!(said.len() == 1 && said[0].contains("E201") && said[0].contains(wanted), "{written}: {said:?}");
            assert!(said[0].contains("write `mcp: [files]`; the server itself stands under `mcp:`"), "{said:?}");
            assert_eq!((found[0].place.line(), &set.bot.mcp[..]), (line, &["files".to_owned()][..]), "{written}");
        }
    }

    #[test]
    fn values_and_lists_in_the_wrong_place_are_told_with_the_form_that_is_meant() {
        for (key, written, meant) in [
            ("env", "{SHOP_URL: \"https://shop.example\"}", "write `env: [SHOP_URL]`"),
            ("secrets", "{TOKEN: abc123}", "write `secrets: [TOKEN]`"),
            ("teams", "[desk, sales]", "write `teams: {desk: {}, sales: {}}`"),
        ] {
            let (set, found) = parse_set(&[SourceFile::new("flows/_bot.yaml", format!("bot: a\n{key}: {written}\n"))]);
            let said: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert!(said.len() == 1 && said[0].contains("E201") && said[0].contains(meant), "{said:?}");
            assert!(!said[0].contains("abc123") && !said[0].contains("shop.example"), "{said:?}");
            assert_eq!(
                set.bot.env.len() + set.bot.secrets.len() + set.bot.teams.len(),
                if key == "teams" { 2 } else { 1 }
            );
        }
    }
}
