//! Puts the configuration of this command into what it advises and into what it complains of.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The variable that names the configuration where no `--config` does.
pub const CONFIG_VARIABLE: &str = "TRANSOM_CONFIG";

/// The configuration that the command read.
#[derive(Debug, PartialEq)]
enum Read {
    /// Named by `--config`.
    Given(PathBuf),
    /// Named by `TRANSOM_CONFIG`.
    Variable(PathBuf),
    /// None is named, so it is the sandbox in this folder.
    Sandbox(PathBuf),
}

/// Set once: a command reads one configuration.
static READ: OnceLock<Read> = OnceLock::new();

/// Notes the configuration that the command reads.
pub fn choose(path: Option<&Path>) {
    let variable = std::env::var_os(CONFIG_VARIABLE);
    let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let _ = READ.set(read(path, variable.as_deref(), folder));
}

fn read(path: Option<&Path>, variable: Option<&OsStr>, folder: PathBuf) -> Read {
    match path {
        Some(path) if variable == Some(path.as_os_str()) => Read::Variable(path.to_owned()),
        Some(path) => Read::Given(path.to_owned()),
        None => Read::Sandbox(folder),
    }
}

/// The text, with this command's `--config` in each `transom …` between backticks, so that it can be copied as it is.
pub fn with_config(text: &str) -> String {
    READ.get().map_or_else(|| text.to_owned(), |read| completed(text, read))
}

/// A command without backticks, completed as `with_config` does.
pub fn command(command: &str) -> String {
    with_config(&format!("`{command}`")).trim_matches('`').to_owned()
}

/// The configuration that was read, for a command that failed; `None` if the user named it in the same line.
pub fn which() -> Option<String> {
    told(READ.get()?)
}

fn told(read: &Read) -> Option<String> {
    match read {
        Read::Given(_) => None,
        Read::Variable(path) => {
            Some(format!("the configuration is `{}`, which `{CONFIG_VARIABLE}` names", path.display()))
        }
        Read::Sandbox(folder) => Some(format!(
            "no configuration is named, so this is about the sandbox in `{}`; `--config FILE` names one",
            folder.display()
        )),
    }
}

fn completed(text: &str, read: &Read) -> String {
    let Read::Given(path) = read else { return text.to_owned() };
    let path = path.display().to_string();
    let option = match path.contains(char::is_whitespace) {
        true => format!(" --config \"{path}\""),
        false => format!(" --config {path}"),
    };
    // Every second part stands between two backticks.
    let parts = text.split('`').enumerate().map(|(place, part)| match place % 2 == 1 && takes_config(part) {
        true => format!("{part}{option}"),
        false => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

/// True for a command on a daemon or its database.
fn takes_config(part: &str) -> bool {
    const NONE: &[&str] = &[
        "help",
        "new",
        "explain",
        "chat",
        "reference",
        "schema",
        "fmt",
        "graph",
        "i18n",
        "import",
        "knowledge",
        "mcp",
    ];
    let Some(words) = part.strip_prefix("transom ") else { return false };
    let first = words.split_whitespace().next().unwrap_or_default();
    !NONE.contains(&first) && !words.contains("--config")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advised_command_has_the_configuration_of_this_one() {
        let given = Read::Given("shop/config.yaml".into());
        assert_eq!(
            completed("`transom serve` starts it; `--all`, `transom help E501`, transom serve", &given),
            "`transom serve --config shop/config.yaml` starts it; `--all`, `transom help E501`, transom serve"
        );
        let blank = Read::Given("my shop.yaml".into());
        assert_eq!(completed("`transom serve`", &blank), "`transom serve --config \"my shop.yaml\"`");
        assert_eq!(completed("`transom serve --config x`", &given), "`transom serve --config x`");
        for other in [Read::Variable("a.yaml".into()), Read::Sandbox("/shop".into())] {
            assert_eq!(completed("`transom serve`", &other), "`transom serve`");
        }
    }

    #[test]
    fn a_configuration_that_the_user_did_not_name_here_is_told() {
        let of = |path: Option<&str>, variable: Option<&str>| {
            told(&read(path.map(Path::new), variable.map(OsStr::new), "/shop".into()))
        };
        assert_eq!(of(Some("a.yaml"), None), None);
        assert_eq!(of(Some("a.yaml"), Some("b.yaml")), None);
        let by_variable = of(Some("b.yaml"), Some("b.yaml")).unwrap();
        assert!(by_variable.contains("`b.yaml`, which `TRANSOM_CONFIG` names"), "{by_variable}");
        let sandbox = of(None, None).unwrap();
        assert!(sandbox.contains("the sandbox in `/shop`") && sandbox.contains("`--config FILE`"), "{sandbox}");
    }
}
