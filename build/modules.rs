//! Packs the page's own modules: each page becomes one file at the address of its first module, so that a first visit
//! asks for a few files instead of for each module, and for no more than its page needs.
//!
//! The modules stay as they are in `ui/`, and `transom serve --ui ui` serves them so. A module in a pack becomes a
//! function that takes its imports and gives its exports. That is the same as long as no import goes round in a circle
//! and no exported name changes its value; `import` and `export` stand at the beginning of a line, in the forms that
//! `Module::read` knows. Anything else stops the build with a sentence.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The module of the page's frame. It has all that most pages need.
const FRAME: &str = "js/app.js";
/// The first modules of the parts that several pages share and the frame does not need: those that draw a talk, those
/// that draw a map, and those of lists.
const TALK: &str = "js/bubble.js";
const MAP: &str = "js/canvas.js";
const LISTS: &str = "js/longlist.js";
/// A module that the page of flows and so many pages in all need is a part of the frame.
const MOST_PAGES: usize = 5;
/// The pages and parts that are a file of their own, beside `page.js` of each other folder.
const PARTS: [&str; 2] = ["js/flows.js", "js/editor.js"];
/// The module that reads the texts of a page.
const TEXTS: &str = "js/i18n.js";
/// A folder with files that are no modules of ours.
const VENDOR: &str = "vendor/";

/// The names that an import brings.
#[derive(Debug)]
enum Names {
    /// As between the braces, with `as` as `:`.
    Some(String),
    /// `* as name`.
    All(String),
}

#[derive(Debug)]
struct Import {
    names: Names,
    from: String,
    /// `export { … } from` instead of `import`.
    passed_on: bool,
}

#[derive(Debug)]
struct Module {
    imports: Vec<Import>,
    exports: Vec<String>,
    body: String,
}

/// The packed modules.
pub struct Packed {
    /// Their sources by path.
    pub files: BTreeMap<String, String>,
    /// The code of each page by the name of its texts; `None`: the code that several pages need.
    pub code: BTreeMap<Option<String>, String>,
}

/// Packs all modules; takes their sources by path.
pub fn packed(texts: &BTreeMap<String, String>) -> Result<Packed, String> {
    let mut modules = BTreeMap::new();
    for (path, text) in texts {
        modules.insert(path.clone(), Module::read(path, text)?);
    }
    let all = Pages::sorted(modules)?;
    let (mut files, mut code) = (BTreeMap::new(), BTreeMap::new());
    for (path, module) in &all.modules {
        let pack = all.pack_of.get(path);
        let page: &mut String = code.entry(texts_of(pack.map(String::as_str))).or_default();
        page.push_str(&module.body);
        let text = match pack {
            Some(root) if root == path => all.pack(root)?,
            Some(_) => continue,
            None => all.alone(path)?,
        };
        files.insert(path.clone(), text);
    }
    Ok(Packed { files, code })
}

/// The name of the texts that a pack needs beside those of the frame. A module of its own is a dialog, or a part of one.
fn texts_of(pack: Option<&str>) -> Option<String> {
    Some(match pack {
        Some(FRAME | TALK | MAP | LISTS) => return None,
        Some(root) if PARTS.contains(&root) => "flows".to_owned(),
        Some(page) => folder_of(page).to_owned(),
        None => "dialogs".to_owned(),
    })
}

impl Module {
    fn read(path: &str, text: &str) -> Result<Module, String> {
        let mut module = Module { imports: Vec::new(), exports: Vec::new(), body: String::new() };
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let unknown =
                || format!("ui/{path}:{}: this form of `import` or `export` cannot be packed: {line}", number + 1);
            if line.starts_with("import ") || line.starts_with("export {") || line.starts_with("export *") {
                let mut statement = line.to_owned();
                while !statement.trim_end().ends_with(';') {
                    let (_, next) = lines.next().ok_or_else(unknown)?;
                    statement.push_str(next);
                }
                module.imports.push(Import::read(path, &statement).ok_or_else(unknown)?);
            } else if let Some(rest) = line.strip_prefix("export ") {
                module.exports.push(exported(rest).ok_or_else(unknown)?);
                module.body.push_str(rest);
                module.body.push('\n');
            } else {
                module.body.push_str(line);
                module.body.push('\n');
            }
        }
        Ok(module)
    }
}

impl Import {
    fn read(path: &str, statement: &str) -> Option<Import> {
        let (head, from) = statement.trim_end().strip_suffix("';")?.split_once(" from '")?;
        let passed_on = head.starts_with("export");
        let names = head.strip_prefix("import ").or_else(|| head.strip_prefix("export "))?.trim();
        let names = match names.strip_prefix("* as ") {
            Some(name) if !passed_on => Names::All(name.to_owned()),
            Some(_) => return None,
            None => Names::Some(names.strip_prefix('{')?.strip_suffix('}')?.replace(" as ", ": ")),
        };
        Some(Import { names, from: resolved(path, from), passed_on })
    }

    /// The import as a declaration that takes the names from `source`.
    fn taken_from(&self, source: &str) -> String {
        match &self.names {
            Names::Some(names) => format!("const {{{names}}} = {source};\n"),
            Names::All(name) => format!("const {name} = {source};\n"),
        }
    }
}

/// The name that a declaration declares; none whose value could change, or that is one of several.
fn exported(declaration: &str) -> Option<String> {
    let rest =
        ["const ", "function ", "async function ", "class "].iter().find_map(|kind| declaration.strip_prefix(kind))?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_owned())
}

/// The modules and the pack to which each belongs.
struct Pages {
    modules: BTreeMap<String, Module>,
    pack_of: BTreeMap<String, String>,
}

impl Pages {
    fn sorted(modules: BTreeMap<String, Module>) -> Result<Pages, String> {
        let mut all = Pages { modules, pack_of: BTreeMap::new() };
        let is_root = |path: &&String| PARTS.contains(&path.as_str()) || path.ends_with("/page.js");
        let roots: Vec<String> = all.modules.keys().filter(is_root).cloned().collect();
        let needed = |root: &str| all.needed_by(root).map(BTreeSet::from_iter);
        let of_frame: BTreeSet<String> = needed(FRAME)?;
        let mut of_parts = BTreeMap::new();
        for root in &roots {
            of_parts.insert(root.clone(), needed(root)?);
        }
        let flows = PARTS[0];
        let mut of_lists = Vec::new();
        for path in all.modules.keys() {
            let users: Vec<&String> = roots.iter().filter(|root| of_parts[*root].contains(path)).collect();
            let pages = users.iter().filter(|root| !PARTS.contains(&root.as_str())).count();
            let by_flows = users.iter().any(|root| *root == flows);
            let pack = match users.as_slice() {
                _ if of_frame.contains(path) || (by_flows && users.len() >= MOST_PAGES) => FRAME,
                _ if by_flows && pages > 1 => TALK,
                _ if by_flows && pages == 1 => MAP,
                _ if by_flows => flows,
                [one] => one.as_str(),
                // A dialog alone needs it: it stays a file of its own.
                [] => continue,
                _ => {
                    of_lists.push(path.clone());
                    continue;
                }
            };
            all.pack_of.insert(path.clone(), pack.to_owned());
        }
        for path in of_lists {
            // The lists do not need the parts that draw a talk.
            let draws = all.needed_by(&path)?.iter().any(|one| all.pack_of.get(one).is_some_and(|pack| pack == TALK));
            all.pack_of.insert(path, if draws { TALK } else { LISTS }.to_owned());
        }
        for root in [TALK, MAP, LISTS] {
            // A pack of which only its first module is left is a file like any other.
            if all.modules.contains_key(root) {
                all.pack_of.entry(root.to_owned()).or_insert_with(|| root.to_owned());
            }
        }
        Ok(all)
    }

    /// A module and all that it imports, each behind those that it needs.
    fn needed_by(&self, root: &str) -> Result<Vec<String>, String> {
        let mut done = Vec::new();
        self.visit(root, &mut Vec::new(), &mut done)?;
        Ok(done)
    }

    fn visit(&self, path: &str, above: &mut Vec<String>, done: &mut Vec<String>) -> Result<(), String> {
        if path.starts_with(VENDOR) || done.iter().any(|known| known == path) {
            return Ok(());
        }
        if above.iter().any(|known| known == path) {
            return Err(format!("ui/: the imports {} -> {path} go round in a circle", above.join(" -> ")));
        }
        let module = self.modules.get(path);
        let module = module.ok_or_else(|| format!("ui/{path} is imported by {above:?}, and is not there"))?;
        above.push(path.to_owned());
        for import in &module.imports {
            self.visit(&import.from, above, done)?;
        }
        above.pop();
        done.push(path.to_owned());
        Ok(())
    }

    /// The text of a pack.
    fn pack(&self, root: &str) -> Result<String, String> {
        let mut sources = Sources::new(root);
        let mut text = String::new();
        let needed = match root {
            // Modules that several pages need, and the first one itself does not, come first.
            FRAME | TALK | MAP | LISTS => self.shared(root)?,
            _ => self.needed_by(root)?,
        };
        if let Some(name) = texts_of(Some(root)) {
            let source = self.source(TEXTS, root, &mut sources);
            write_to(&mut text, format_args!("await {source}.more('{name}');\n"));
        }
        for path in needed.iter().filter(|path| self.pack_of.get(*path).is_some_and(|pack| pack == root)) {
            let module = &self.modules[path];
            if module.body.contains("import.meta") && folder_of(path) != folder_of(root) {
                return Err(format!(
                    "ui/{path} asks for its own address, and is packed into ui/{root} of another folder"
                ));
            }
            write_to(&mut text, format_args!("modules['{path}'] = await (async () => {{\n"));
            let mut given = module.exports.clone();
            for import in &module.imports {
                let source = self.source(&import.from, root, &mut sources);
                text.push_str(&import.taken_from(&source));
                if let (true, Names::Some(names)) = (import.passed_on, &import.names) {
                    given.extend(names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
                }
            }
            text.push_str(&self.with_later_imports(path, root)?);
            write_to(&mut text, format_args!("return {{ {} }};\n}})();\n", given.join(", ")));
        }
        let own = self.modules[root].exports.join(", ");
        let out =
            if own.is_empty() { String::new() } else { format!("export const {{ {own} }} = modules['{root}'];\n") };
        Ok(format!("{}const modules = {{}};\n{text}export {{ modules }};\n{out}", sources.text))
    }

    /// All modules of a pack that several pages need, in order.
    fn shared(&self, root: &str) -> Result<Vec<String>, String> {
        let mut done = Vec::new();
        for path in self.pack_of.iter().filter(|(_, pack)| *pack == root).map(|(path, _)| path) {
            if path != root {
                self.visit(path, &mut Vec::new(), &mut done)?;
            }
        }
        self.visit(root, &mut Vec::new(), &mut done)?;
        Ok(done)
    }

    /// The text of a module that is in no pack.
    fn alone(&self, path: &str) -> Result<String, String> {
        let module = &self.modules[path];
        let mut sources = Sources::new(path);
        let mut taken = String::new();
        for import in &module.imports {
            if import.passed_on {
                return Err(format!("ui/{path} passes names on, which only a module of a pack can"));
            }
            let source = self.source(&import.from, path, &mut sources);
            taken.push_str(&import.taken_from(&source));
        }
        let texts = match texts_of(None) {
            Some(name) if path != TEXTS => {
                let source = self.source(TEXTS, path, &mut sources);
                format!("await {source}.more('{name}');\n")
            }
            Some(_) | None => String::new(),
        };
        let body = self.with_later_imports(path, path)?;
        let out = format!("export {{ {} }};\n", module.exports.join(", "));
        Ok(format!("{}{texts}{taken}{body}{out}", sources.text))
    }

    /// The expression that gives the exports of a module inside the file `at`.
    fn source(&self, from: &str, at: &str, sources: &mut Sources) -> String {
        match self.pack_of.get(from) {
            Some(pack) if pack == at => format!("modules['{from}']"),
            Some(pack) => format!("{}['{from}']", sources.pack(pack)),
            None => sources.file(from),
        }
    }

    /// The module's body, with the addresses of modules that it reads later as they are from the file `at`.
    fn with_later_imports(&self, path: &str, at: &str) -> Result<String, String> {
        let mut parts = self.modules[path].body.split("import('");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (from, rest) =
                part.split_once("')").ok_or_else(|| format!("ui/{path}: `import(` wants a plain text"))?;
            let from = resolved(path, from);
            match self.pack_of.get(&from) {
                Some(pack) if pack == at && at != from => {
                    write_to(&mut text, format_args!("Promise.resolve(modules['{from}'])"))
                }
                Some(pack) if *pack != from => {
                    let address = relative(at, pack);
                    write_to(&mut text, format_args!("import('{address}').then((pack) => pack.modules['{from}'])"));
                }
                Some(_) | None => write_to(&mut text, format_args!("import('{}')", relative(at, &from))),
            }
            text.push_str(rest);
        }
        Ok(text)
    }
}

/// The imports at the head of a file.
struct Sources {
    at: String,
    text: String,
    known: BTreeMap<String, String>,
}

impl Sources {
    fn new(at: &str) -> Sources {
        Sources { at: at.to_owned(), text: String::new(), known: BTreeMap::new() }
    }

    /// The name of a file's exports.
    fn file(&mut self, path: &str) -> String {
        let number = self.known.len();
        if let Some(name) = self.known.get(path) {
            return name.clone();
        }
        let (name, address) = (format!("file{number}"), relative(&self.at, path));
        write_to(&mut self.text, format_args!("import * as {name} from '{address}';\n"));
        self.known.insert(path.to_owned(), name.clone());
        name
    }

    /// The name of a pack's modules.
    fn pack(&mut self, root: &str) -> String {
        format!("{}.modules", self.file(root))
    }
}

fn write_to(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("a text can be written to");
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `./x.js` or `../js/x.js` in a module, as a path below `ui/`.
fn resolved(module: &str, from: &str) -> String {
    match (from.strip_prefix("./"), from.strip_prefix("../")) {
        (Some(name), _) => format!("{}/{name}", folder_of(module)),
        (None, Some(path)) => path.to_owned(),
        (None, None) => from.to_owned(),
    }
}

/// The address of a file as a module of another one writes it.
fn relative(at: &str, path: &str) -> String {
    match folder_of(at) == folder_of(path) {
        true => format!("./{}", &path[folder_of(path).len() + 1..]),
        false => format!("../{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed_from(texts: &[(&str, &str)]) -> Result<BTreeMap<String, String>, String> {
        all_from(texts).map(|all| all.files)
    }

    fn all_from(texts: &[(&str, &str)]) -> Result<Packed, String> {
        let none = [
            ("js/flows.js", ""),
            ("js/editor.js", ""),
            ("js/bubble.js", ""),
            ("js/canvas.js", ""),
            ("js/longlist.js", ""),
            ("js/i18n.js", ""),
        ];
        let mut all = BTreeMap::new();
        for (path, text) in none.iter().chain(texts) {
            all.insert((*path).to_owned(), (*text).to_owned());
        }
        packed(&all)
    }

    #[test]
    fn a_module_stands_behind_those_that_it_needs() {
        let all = packed_from(&[
            ("js/app.js", "import { b as c } from './b.js';\nimport { h } from '../vendor/preact.js';\nc(h);\n"),
            ("js/b.js", "export const b = 1;\n"),
        ]);
        let text = &all.unwrap()["js/app.js"];
        assert!(
            text.starts_with("import * as file0 from '../vendor/preact.js';\nconst modules = {};\nmodules['js/b.js']")
        );
        assert!(text.contains("const { b: c } = modules['js/b.js'];\nconst { h } = file0;\nc(h);"), "{text}");
    }

    #[test]
    fn a_part_is_where_those_who_need_it_look_for_it() {
        let page = "import { b } from '../js/b.js';\nexport const Page = b;\n";
        let flows = "import { b } from './b.js';\nexport const Page = b;\n";
        let used_by = |pages: &[&str]| {
            let frame = "import { t } from './i18n.js';\nconst page = () => import('../runs/page.js');\n";
            let mut all = vec![("js/app.js", frame), ("js/flows.js", flows), ("js/b.js", "export const b = 1;\n")];
            all.push(("js/sheet.js", "import { b } from './b.js';\nexport const sheet = b;\n"));
            all.extend(pages.iter().map(|path| (*path, page)));
            packed_from(&all).unwrap()
        };
        let one = used_by(&["runs/page.js"]);
        assert!(one["js/canvas.js"].contains("modules['js/b.js'] ="), "{}", one["js/canvas.js"]);
        let few = used_by(&["runs/page.js", "inbox/page.js"]);
        assert!(few["js/bubble.js"].contains("modules['js/b.js'] =") && !few.contains_key("js/b.js"));
        assert!(few["js/app.js"].contains("import('../runs/page.js')"));
        let runs = &few["runs/page.js"];
        assert!(runs.contains("import * as file1 from '../js/bubble.js';\n"), "{runs}");
        assert!(runs.contains("const { b } = file1.modules['js/b.js'];"), "{runs}");
        assert!(few["js/sheet.js"].ends_with("export { sheet };\n"));
        let most = used_by(&["runs/page.js", "tests/page.js", "ahead/page.js", "health/page.js"]);
        assert!(most["js/app.js"].contains("modules['js/b.js'] ="), "{}", most["js/app.js"]);
        let none = used_by(&[]);
        assert!(none["js/flows.js"].contains("modules['js/b.js'] ="));
        let without_flows = packed_from(&[
            ("js/app.js", "import { t } from './i18n.js';\n"),
            ("ahead/page.js", page),
            ("people/page.js", page),
            ("js/b.js", "export const b = 1;\n"),
        ]);
        assert!(without_flows.unwrap()["js/longlist.js"].contains("modules['js/b.js'] ="));
    }

    #[test]
    fn a_page_reads_its_texts_before_its_code_runs() {
        let all = all_from(&[
            ("js/app.js", "import { t } from './i18n.js';\nt('frame');\n"),
            ("js/i18n.js", "export const t = 1;\n"),
            ("runs/page.js", "export const Page = 'runs.title';\n"),
        ])
        .unwrap();
        let page = &all.files["runs/page.js"];
        assert!(
            page.contains("const modules = {};\nawait file0.modules['js/i18n.js'].more('runs');\nmodules["),
            "{page}"
        );
        assert!(all.code[&Some("runs".to_owned())].contains("runs.title") && all.code[&None].contains("t('frame')"));
        assert!(!all.files["js/app.js"].contains(".more("));
        let dialog = all_from(&[
            ("js/app.js", "import { t } from './i18n.js';\n"),
            ("js/sheet.js", "export const sheet = 'sheet.title';\n"),
        ])
        .unwrap();
        assert!(dialog.files["js/sheet.js"].contains("await file0.modules['js/i18n.js'].more('dialogs');\n"));
    }

    #[test]
    fn a_module_of_another_pack_that_is_read_later_is_taken_from_there() {
        let all = packed_from(&[
            ("js/app.js", "export const later = () => import('./publish.js');\n"),
            ("js/flows.js", "import { p } from './publish.js';\nexport const Page = p;\n"),
            ("js/publish.js", "export const p = () => import('./publish.js');\n"),
        ])
        .unwrap();
        let frame = &all["js/app.js"];
        assert!(frame.contains("import('./flows.js').then((pack) => pack.modules['js/publish.js'])"), "{frame}");
        assert!(all["js/flows.js"].contains("Promise.resolve(modules['js/publish.js'])"));
    }

    #[test]
    fn a_circle_or_a_value_that_may_change_stops_the_build() {
        let circle = packed_from(&[
            ("js/app.js", "import { b } from './b.js';\n"),
            ("js/b.js", "import { c } from './c.js';\nexport const b = 1;\n"),
            ("js/c.js", "import { b } from './b.js';\nexport const c = 1;\n"),
        ]);
        assert!(circle.unwrap_err().contains("js/app.js -> js/b.js -> js/c.js -> js/b.js go round in a circle"));
        let changing = packed_from(&[("js/app.js", "export let b = 1;\n")]);
        assert!(changing.unwrap_err().contains("ui/js/app.js:1: this form"));
    }
}
