//! How the program is linked, and the files of the studio's page that it contains.

#[path = "build/dense.rs"]
mod dense;
#[path = "build/modules.rs"]
mod modules;
#[path = "build/texts.rs"]
mod texts;

use brotli::enc::{BrotliEncoderParams, backward_references::BrotliEncoderMode};
use flate2::{Compression, write::GzEncoder};
use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hasher as _},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

/// The folders of `ui/` with other files than code, and the file extensions that are served from each. All other folders
/// hold the code and the styles of a page. The licences of the bundles and what builds them again are not served.
const SERVED: [(&str, &[&str]); 3] =
    [("images", &["svg", "png", "ico"]), ("text", &["json"]), ("vendor", &["js", "css"])];
const CODE: &[&str] = &["css", "js"];
/// Runs before the first paint, and is no module.
const BOOT: &str = "js/boot.js";
/// The styles of the first load, joined.
const STYLES: &str = "css/first.css";

/// The first glibc whose loader reads them.
const PACKED_RELOCATIONS: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=ui");
    println!("cargo:rustc-env=TRANSOM_OPT_LEVEL={}", env::var("OPT_LEVEL").expect("cargo sets it"));
    pack_page(Path::new("ui")).expect("the folder `ui` can be read, and the build's own folder be written");
    link();
}

/// Compresses the page's files in two ways and writes `ui.rs`, a list of them with a hash over all: the hash stands in their
/// addresses, so that a browser may keep them for ever.
fn pack_page(folder: &Path) -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let (mut files, mut modules) = (BTreeMap::new(), BTreeMap::new());
    for dir in sorted(folder)?.iter().filter(|path| path.is_dir()) {
        let Some(below) = dir.file_name().and_then(|text| text.to_str()) else { continue };
        let other = SERVED.iter().find(|(name, _)| *name == below);
        let extensions = other.map_or(CODE, |(_, extensions)| extensions);
        for path in sorted(dir)? {
            let extension = path.extension().and_then(|text| text.to_str()).unwrap_or_default();
            let Some(name) = path.file_name().and_then(|text| text.to_str()) else { continue };
            if !extensions.contains(&extension) {
                continue;
            }
            let (name, bytes) = (format!("{below}/{name}"), fs::read(&path)?);
            if other.is_some() {
                files.insert(name, bytes);
                continue;
            }
            let text = without_comments(&String::from_utf8_lossy(&bytes));
            let text = if extension == "css" { dense::style(&text) } else { text };
            match extension == "js" && name != BOOT {
                true => modules.insert(name, text).map(drop),
                false => files.insert(name, text.into_bytes()).map(drop),
            };
        }
    }
    let packed = modules::packed(&modules).map_err(io::Error::other)?;
    split_texts(&packed.code, &mut files)?;
    let page = fs::read_to_string(folder.join("index.html"))?;
    let page = with_names_of_texts(&with_one_style(&page, &mut files), &packed.code);
    for (name, text) in packed.files {
        let text = dense::code(&text).map_err(|why| io::Error::other(format!("ui/{name}: {why}")))?;
        files.insert(name, text.into_bytes());
    }
    fs::write(out.join("index.html"), page)?;
    write_list(&out, &files)
}

/// Puts the texts that a page alone names into a file of their own beside those of the frame: `text/en.runs.json`.
fn split_texts(code: &BTreeMap<Option<String>, String>, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let languages: Vec<String> = files.keys().filter(|name| name.starts_with("text/")).cloned().collect();
    for language in languages {
        let whole = files.remove(&language).unwrap_or_default();
        let parts = texts::split(&String::from_utf8_lossy(&whole), code);
        for (page, text) in parts.map_err(|why| io::Error::other(format!("ui/{language}:{why}")))? {
            let name = match page {
                Some(page) => language.replace(".json", &format!(".{page}.json")),
                None => language.clone(),
            };
            files.insert(name, text.into_bytes());
        }
    }
    Ok(())
}

/// Names in the page the pages that have texts of their own, so that those of the first one are asked for at once.
fn with_names_of_texts(page: &str, code: &BTreeMap<Option<String>, String>) -> String {
    let names: Vec<&str> = code.keys().filter_map(Option::as_deref).collect();
    page.replacen("<html ", &format!("<html data-texts=\"{}\" ", names.join(" ")), 1)
}

/// Joins the styles that the page itself names, in its order.
fn with_one_style(page: &str, files: &mut BTreeMap<String, Vec<u8>>) -> String {
    let (mut styles, mut text) = (Vec::new(), String::new());
    for line in page.lines() {
        let name =
            line.strip_prefix("<link rel=\"stylesheet\" href=\"{{assets}}/").and_then(|rest| rest.strip_suffix("\">"));
        match name.and_then(|name| files.get(name)) {
            Some(style) if styles.is_empty() => {
                styles.extend_from_slice(style);
                writeln!(text, "<link rel=\"stylesheet\" href=\"{{{{assets}}}}/{STYLES}\">")
                    .expect("a text can be written to");
            }
            Some(style) => styles.extend_from_slice(style),
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    files.insert(STYLES.to_owned(), styles);
    text
}

fn write_list(out: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    let mut list = String::new();
    for (name, bytes) in files {
        hasher.write(name.as_bytes());
        hasher.write(bytes);
        let place = |kind: &str| out.join(format!("ui-{}.{kind}", name.replace('/', "-")));
        let (gzip, brotli) = (place("gz"), place("br"));
        fs::write(&gzip, as_gzip(bytes)?)?;
        fs::write(&brotli, as_brotli(bytes)?)?;
        let shown = |place: &Path| place.display().to_string();
        writeln!(list, "    ({name:?}, include_bytes!({:?}), include_bytes!({:?})),", shown(&gzip), shown(&brotli))
            .expect("a text can be written to");
    }
    let page = out.join("index.html");
    let hash = hasher.finish();
    let source = format!(
        "pub const PAGE: &str = include_str!({:?});\npub const HASH: &str = \"{hash:016x}\";\n\
         pub static FILES: &[(&str, &[u8], &[u8])] = &[\n{list}];\n",
        page.display().to_string()
    );
    fs::write(out.join("ui.rs"), source)
}

fn as_gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    packed.finish()
}

/// A seventh smaller than gzip. Browsers take it by TLS, and some of them from this machine without it.
fn as_brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mode = BrotliEncoderMode::BROTLI_MODE_TEXT;
    let how = BrotliEncoderParams { quality: 11, lgwin: 20, mode, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &how)?;
    Ok(packed)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Leaves out lines that are nothing but a comment, and the types that stand before code: a quarter of the page's own
/// code, which each first visit loads.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut inside = false;
    for line in text.lines() {
        let words = line.trim();
        if inside {
            inside = !words.ends_with("*/");
            continue;
        }
        let block = words.starts_with("/*");
        inside = block && !words.contains("*/");
        let alone = block && words.find("*/").is_none_or(|end| end + 2 == words.len());
        if !alone && !words.is_empty() && !words.starts_with("//") {
            kept.push_str(&without_types(line));
            kept.push('\n');
        }
    }
    kept
}

fn without_types(line: &str) -> String {
    let mut parts = line.split("/** @type ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.split_once("*/").map_or(part, |(_, code)| code.trim_start()));
    }
    kept
}

fn link() {
    // The places that the loader corrects at each start, in bits instead of 24 bytes each: they are read whole, and
    // what was read once counts as the daemon's memory. An older loader would refuse the program, so it is done only
    // where this machine's own reads them, and it is built for this machine.
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let for_this_machine = env::var("HOST") == env::var("TARGET");
    let glibc = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    // Other linkers pack them as well, and some do not say so where the loader looks for it: then it refuses the program.
    let other_linker = env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("-fuse-ld="));
    if glibc && for_this_machine && !other_linker && own_glibc().is_some_and(|version| version >= PACKED_RELOCATIONS) {
        println!("cargo:rustc-link-arg-bin=transom=-Wl,-z,pack-relative-relocs");
    }
}

/// `getconf` prints `glibc 2.36`.
fn own_glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
