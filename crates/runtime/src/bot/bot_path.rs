//! Names the files of a bot that may be read and written from outside: `flows/menu.yaml`, `knowledge/faq/repairs.md`.

use super::source_files::{BotFolder, FOLDERS};
use crate::{
    base::limits::{BOT_PATH_BYTES_MAX, FILE_NAME_BYTES_MAX},
    flow::mcp::is_lock,
};
use std::{
    ffi::OsStr,
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// A flow, script, locale, test or file of knowledge by its path in the bot's folder. Such a path cannot leave the
/// folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BotPath(String);

/// The reason why a text is no such path; displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPath {
    /// It is not in one of the folders, or deeper in it than files may lie.
    Folder,
    /// Another extension than that of its folder.
    Extension,
    /// A character that differs between systems, is not shown, or means something to them.
    Character,
    TooLong,
}

/// The place of a file on disk.
#[derive(Debug)]
pub enum Found {
    File,
    Nothing,
    /// The file or its folder is a link, which could lead out of the bot.
    Link,
    /// A folder, or another thing without a text.
    Other,
}

impl BotPath {
    /// Reads the path of a file that may be written, with `/` between folder and name on every system.
    pub fn parse(text: &str) -> Result<BotPath, BadPath> {
        // A hidden file is not read. Letters of all languages are; combining marks are not, because some systems write
        // them in another way than they were given. Some systems drop a blank or a dot at the end of a folder's name.
        let plain = |c: char| c.is_alphanumeric() || "_-. +(),".contains(c);
        let (folders, stem) = parts(text)?;
        let is_plain = |name: &str| !name.starts_with(['.', ' ']) && name.chars().all(plain);
        if !is_plain(stem) || !folders.iter().all(|name| is_plain(name) && !name.ends_with(['.', ' '])) {
            return Err(BadPath::Character);
        }
        if text.len() > BOT_PATH_BYTES_MAX {
            return Err(BadPath::TooLong);
        }
        Ok(BotPath(text.to_owned()))
    }

    /// Reads the path of a file that another program may have written: the reader of the folder takes every name that
    /// is not hidden. Such a file may be read and deleted.
    pub fn existing(text: &str) -> Result<BotPath, BadPath> {
        let (folders, stem) = parts(text)?;
        let path = BotPath(text.to_owned());
        // A system may know other separators than `/`.
        let is_one_name = |name: &str| Path::new(name).file_name() == Some(OsStr::new(name));
        let is_hidden = |name: &str| name.starts_with('.') || name.contains('\0');
        let names = || folders.iter().copied().chain([path.name()]);
        if is_hidden(stem) || names().any(|name| is_hidden(name) || !is_one_name(name)) {
            return Err(BadPath::Character);
        }
        if names().any(|name| name.len() > FILE_NAME_BYTES_MAX) {
            return Err(BadPath::TooLong);
        }
        Ok(path)
    }

    /// Reads the path of a file that may be read from outside: also that of the pinned tools of MCP servers, which
    /// `transom mcp pull` alone writes.
    pub fn readable(text: &str) -> Result<BotPath, BadPath> {
        if is_lock(text) { Ok(BotPath(text.to_owned())) } else { Self::existing(text) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path without the file's name: `knowledge/faq`.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The folder of the bot: `knowledge`.
    fn root(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The content of the file below `bot`; `None` if there is none. A link is followed to a file of the bot, as a
    /// mounted set of files has them: its target lies below `bot` in a folder of the same name.
    pub fn read(&self, bot: &Path) -> io::Result<Option<Vec<u8>>> {
        match self.find(bot)? {
            Found::File => fs::read(bot.join(self.as_str())).map(Some),
            Found::Link => self.target(bot)?.map(fs::read).transpose(),
            Found::Nothing | Found::Other => Ok(None),
        }
    }

    /// The file that a link leads to; `None` if it is no file of the bot.
    fn target(&self, bot: &Path) -> io::Result<Option<PathBuf>> {
        // It may lead to nothing, or in a circle.
        let Ok(real) = fs::canonicalize(bot.join(self.as_str())) else { return Ok(None) };
        let home = fs::canonicalize(Path::new(".").join(bot))?;
        let is_own = real.strip_prefix(&home).is_ok_and(|below| {
            // `config.yaml` beside the folders may hold secrets.
            below.parent().is_some_and(|above| above.iter().any(|folder| folder == self.root()))
        });
        Ok((is_own && real.is_file()).then_some(real))
    }

    /// Looks at the path below `bot` without following a link.
    pub fn find(&self, bot: &Path) -> io::Result<Found> {
        let mut above = bot.to_owned();
        for name in self.folder().split('/').filter(|name| !name.is_empty()) {
            above.push(name);
            match fs::symlink_metadata(&above) {
                Ok(about) if about.is_symlink() => return Ok(Found::Link),
                Ok(about) if !about.is_dir() => return Ok(Found::Other),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
                Err(error) => return Err(error),
            }
        }
        match fs::symlink_metadata(bot.join(self.folder()).join(self.name())) {
            Ok(about) if about.is_symlink() => Ok(Found::Link),
            Ok(about) if about.is_file() => Ok(Found::File),
            Ok(_) => Ok(Found::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(error),
        }
    }
}

/// The folders below the bot's one, and the name without its extension, if the path names a file of one of the bot's
/// folders.
fn parts(path: &str) -> Result<(Vec<&str>, &str), BadPath> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let (name, root) = (parts.pop().ok_or(BadPath::Folder)?, parts.first().ok_or(BadPath::Folder)?);
    let BotFolder { extensions, depth, .. } =
        FOLDERS.iter().find(|known| known.name == *root).ok_or(BadPath::Folder)?;
    if parts.len() > *depth || parts.iter().any(|part| part.is_empty()) {
        return Err(BadPath::Folder);
    }
    let stem = |ending: &&str| name.strip_suffix(ending).and_then(|rest| rest.strip_suffix('.'));
    let stem = extensions.iter().find_map(stem).filter(|stem| !stem.is_empty()).ok_or(BadPath::Extension)?;
    parts.remove(0);
    Ok((parts, stem))
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadPath::Folder | BadPath::Extension => f.write_str(
                "it must be `flows/NAME.yaml`, `scripts/NAME.rhai`, `locales/NAME.yaml`, or a file `.md`, `.txt` or \
                     `.csv` in `knowledge/`",
            ),
            BadPath::Character => f.write_str(
                "its name may have letters, digits, spaces and `_-.+(),`, and begins with none of `.` and the space",
            ),
            BadPath::TooLong => write!(f, "it may have at most {BOT_PATH_BYTES_MAX} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_tools_are_read_and_neither_written_nor_deleted_from_outside() {
        let bot = tempfile::tempdir().unwrap();
        let lock = BotPath::readable("mcp.lock.yaml").unwrap();
        assert_eq!(lock.read(bot.path()).unwrap(), None);
        fs::write(bot.path().join("mcp.lock.yaml"), "servers: []\n").unwrap();
        assert_eq!(lock.read(bot.path()).unwrap().unwrap(), b"servers: []\n");
        for path in ["mcp.lock.yaml", "./mcp.lock.yaml", "flows/../mcp.lock.yaml"] {
            assert!(BotPath::parse(path).is_err() && BotPath::existing(path).is_err(), "{path}");
        }
        assert!(BotPath::readable("config.yaml").is_err() && BotPath::readable("../mcp.lock.yaml").is_err());
    }

    #[test]
    fn files_of_a_bot_have_paths() {
        for path in [
            "flows/menu.yaml",
            "flows/menu.test.yaml",
            "flows/_bot.yaml",
            "scripts/prices.rhai",
            "locales/pt-BR.yaml",
            "knowledge/prices.csv",
            "knowledge/faq (old)/Repairs.md",
            "knowledge/a/b/c/d.txt",
            "flows/b\u{fc}cher (2).yaml",
            "flows/\u{645}\u{631}\u{62d}\u{628}\u{627}.yaml",
        ] {
            let parsed = BotPath::parse(path).unwrap();
            assert_eq!(format!("{}/{}", parsed.folder(), parsed.name()), path);
        }
    }

    /// Paths that lead elsewhere, or to a file that the reader of the folder leaves out.
    const ELSEWHERE: [&str; 39] = [
        "",
        "/",
        "flows",
        "flows/",
        "flows/.yaml",
        "flows/menu",
        "flows/menu.yml",
        "flows/menu.YAML",
        "flows/menu.rhai",
        "scripts/a.yaml",
        "Flows/menu.yaml",
        "files/menu.yaml",
        "config.yaml",
        "/flows/menu.yaml",
        "//flows/menu.yaml",
        "./flows/menu.yaml",
        "../flows/menu.yaml",
        "flows/../config.yaml",
        "flows/../../etc/x.yaml",
        "flows/./menu.yaml",
        "flows//menu.yaml",
        "flows/a/menu.yaml",
        "flows/...yaml",
        "flows/..\\config.yaml",
        "flows\\menu.yaml",
        "flows/menu\0.yaml",
        "flows/.menu.yaml",
        "\u{ff46}lows/menu.yaml",
        "knowledge",
        "knowledge/",
        "knowledge/a.yaml",
        "knowledge/a.MD",
        "knowledge/../config.md",
        "knowledge/a/../b.md",
        "knowledge/a//b.md",
        "knowledge/.a/b.md",
        "knowledge/a/.b.md",
        "knowledge/a\0/b.md",
        "knowledge/a/b/c/d/e.md",
    ];

    /// Names that a file of another program may have, and that nobody is to give to a new one.
    const DOUBTFUL: [&str; 12] = [
        "flows/menu\n.yaml",
        "flows/ menu.yaml",
        "knowledge/a /b.md",
        "knowledge/a./b.md",
        "flows/~menu.yaml",
        "flows/$HOME.yaml",
        // A slash of another script, two dots in one letter, a reversed direction, a mark that joins a letter, and
        // nothing to see.
        "flows/a\u{2215}b.yaml",
        "flows/\u{2025}.yaml",
        "flows/\u{ff0f}etc.yaml",
        "flows/a\u{202e}lmay.yaml",
        "flows/e\u{301}.yaml",
        "flows/\u{200b}.yaml",
    ];

    #[test]
    fn nothing_else_has_one() {
        let of_a_system = ["C:/flows/menu.yaml", "flows/c:menu.yaml", "flows/menu.yaml:stream.yaml"];
        let no_file = ["flows/menu.yaml\0", "flows/menu.yaml/", "flows/menu.yaml "];
        for path in ELSEWHERE.iter().chain(&DOUBTFUL).chain(&of_a_system).chain(&no_file) {
            assert!(BotPath::parse(path).is_err(), "{path:?}");
        }
        for path in ELSEWHERE.iter().chain(&no_file) {
            assert!(BotPath::existing(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_file_that_is_there_may_have_another_name() {
        for path in DOUBTFUL.iter().chain(&["flows/menu.yaml", "flows/<img src=x onerror=alert(1)>.yaml"]) {
            assert_eq!(BotPath::existing(path).map(|path| path.0).as_deref(), Ok(*path));
        }
    }

    #[test]
    fn a_path_at_the_limit_is_one_and_one_byte_more_is_none() {
        let path = |bytes: usize| format!("flows/{}.yaml", "a".repeat(bytes - "flows/.yaml".len()));
        assert!(BotPath::parse(&path(BOT_PATH_BYTES_MAX)).is_ok());
        assert_eq!(BotPath::parse(&path(BOT_PATH_BYTES_MAX + 1)), Err(BadPath::TooLong));
        let most = "flows/".len() + FILE_NAME_BYTES_MAX;
        assert!(BotPath::existing(&path(most)).is_ok());
        assert_eq!(BotPath::existing(&path(most + 1)), Err(BadPath::TooLong));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_read_if_it_leads_to_a_file_of_the_bot() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let bot = dir.path().join("bot");
        let read = |path: &str| {
            let content = BotPath::parse(path).unwrap().read(&bot).unwrap();
            content.map(|content| String::from_utf8(content).unwrap())
        };
        // As Kubernetes mounts a ConfigMap: each file leads through `..data` to a folder with a date.
        fs::create_dir_all(bot.join("flows/..2026_11_23")).unwrap();
        fs::write(bot.join("flows/..2026_11_23/a.yaml"), "mounted").unwrap();
        symlink("..2026_11_23", bot.join("flows/..data")).unwrap();
        symlink("..data/a.yaml", bot.join("flows/a.yaml")).unwrap();
        assert_eq!(read("flows/a.yaml").as_deref(), Some("mounted"));
        // And a volume of several folders.
        fs::create_dir_all(bot.join("..2026_11_23/locales")).unwrap();
        fs::write(bot.join("..2026_11_23/locales/es.yaml"), "folder").unwrap();
        symlink("..2026_11_23/locales", bot.join("locales")).unwrap();
        assert_eq!(read("locales/es.yaml").as_deref(), Some("folder"));
        // Outside of the bot, beside its folders, in another folder, to a folder, to nothing, and in a circle.
        fs::write(dir.path().join("secret.yaml"), "secret").unwrap();
        fs::write(bot.join("config.yaml"), "secret").unwrap();
        let leads = [
            ("b", "../../secret.yaml"),
            ("c", "../config.yaml"),
            ("d", "../locales/es.yaml"),
            ("e", "..data"),
            ("f", "..data/none.yaml"),
        ];
        for (name, target) in leads {
            symlink(target, bot.join(format!("flows/{name}.yaml"))).unwrap();
            assert_eq!(read(&format!("flows/{name}.yaml")), None, "{target}");
        }
        symlink("g.yaml", bot.join("flows/g.yaml")).unwrap();
        assert!(BotPath::parse("flows/g.yaml").unwrap().read(&bot).is_ok_and(|content| content.is_none()));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_found_as_links() {
        use std::os::unix::fs::symlink;
        let bot = tempfile::tempdir().unwrap();
        let of = |path: &str| BotPath::parse(path).unwrap().find(bot.path()).unwrap();
        fs::create_dir(bot.path().join("flows")).unwrap();
        fs::write(bot.path().join("flows/a.yaml"), "").unwrap();
        fs::create_dir(bot.path().join("flows/b.yaml")).unwrap();
        symlink("/etc/passwd", bot.path().join("flows/c.yaml")).unwrap();
        symlink(bot.path().join("flows"), bot.path().join("locales")).unwrap();
        assert!(matches!(of("flows/a.yaml"), Found::File));
        assert!(matches!(of("flows/b.yaml"), Found::Other));
        assert!(matches!(of("flows/c.yaml"), Found::Link));
        assert!(matches!(of("flows/d.yaml"), Found::Nothing));
        assert!(matches!(of("locales/a.yaml"), Found::Link));
        assert!(matches!(of("scripts/a.rhai"), Found::Nothing));
    }
}
