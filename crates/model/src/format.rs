//! Finds the format of a file by its extension, among the formats that WhatsApp accepts (platform.md 4.9).

use super::content::MediaKind;

/// One format of files.
#[derive(Debug, PartialEq, Eq)]
pub struct Format {
    /// Extensions in lower case.
    pub endings: &'static [&'static str],
    pub kind: MediaKind,
    pub mime: &'static str,
}

const fn format(endings: &'static [&'static str], kind: MediaKind, mime: &'static str) -> Format {
    Format { endings, kind, mime }
}

/// All formats that Meta accepts.
pub static FORMATS: &[Format] = &[
    format(&["jpg", "jpeg"], MediaKind::Image, "image/jpeg"),
    format(&["png"], MediaKind::Image, "image/png"),
    format(&["webp"], MediaKind::Sticker, "image/webp"),
    format(&["mp4"], MediaKind::Video, "video/mp4"),
    format(&["3gp"], MediaKind::Video, "video/3gpp"),
    format(&["mp3"], MediaKind::Audio, "audio/mpeg"),
    format(&["m4a"], MediaKind::Audio, "audio/mp4"),
    format(&["aac"], MediaKind::Audio, "audio/aac"),
    format(&["amr"], MediaKind::Audio, "audio/amr"),
    // Meta refuses `audio/opus`: a voice message is Opus in an Ogg container.
    format(&["ogg", "opus"], MediaKind::Audio, "audio/ogg"),
    format(&["pdf"], MediaKind::Document, "application/pdf"),
    format(&["txt"], MediaKind::Document, "text/plain"),
    format(&["doc"], MediaKind::Document, "application/msword"),
    format(&["docx"], MediaKind::Document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    format(&["xls"], MediaKind::Document, "application/vnd.ms-excel"),
    format(&["xlsx"], MediaKind::Document, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    format(&["ppt"], MediaKind::Document, "application/vnd.ms-powerpoint"),
    format(&["pptx"], MediaKind::Document, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
];

impl Format {
    /// The format for the extension of a path or name; `None`: there is no extension, or WhatsApp does not accept the
    /// file.
    pub fn of_name(path: &str) -> Option<&'static Format> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.')?.1.to_lowercase();
        FORMATS.iter().find(|format| format.endings.contains(&ending.as_str()))
    }

    /// The format for a MIME type, without parameters such as `codecs`.
    pub fn of_mime(mime: &str) -> Option<&'static Format> {
        let mime = mime.split(';').next().unwrap_or_default().trim();
        FORMATS.iter().find(|format| format.mime.eq_ignore_ascii_case(mime))
    }

    /// Advice for a file that WhatsApp does not accept, by its extension; `None`: it is accepted or unknown.
    pub fn instead(path: &str) -> Option<&'static str> {
        let name = path.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        Some(match name.rsplit_once('.')?.1.to_lowercase().as_str() {
            "gif" => "send what moves as a film, `.mp4`, and a picture as `.png` or `.jpg`",
            "svg" | "bmp" | "tif" | "tiff" | "heic" | "heif" | "avif" | "ico" => "send a picture as `.png` or `.jpg`",
            "mov" | "avi" | "mkv" | "webm" | "wmv" | "flv" | "m4v" => "send a film as `.mp4`",
            "wav" | "flac" | "wma" | "aiff" => "send sound as `.mp3`, `.m4a` or `.ogg`",
            _ => return None,
        })
    }

    /// All extensions for people: `jpg, jpeg, png, …`.
    pub fn endings() -> String {
        let all: Vec<&str> = FORMATS.iter().flat_map(|format| format.endings).copied().collect();
        all.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_type_tell_the_same_format() {
        for format in FORMATS {
            assert_eq!(Format::of_mime(format.mime), Some(format));
            for ending in format.endings {
                assert_eq!(Format::of_name(&format!("files/a.b.{}", ending.to_uppercase())), Some(format));
            }
        }
        assert_eq!(Format::of_mime("audio/ogg; codecs=opus").map(|format| format.kind), Some(MediaKind::Audio));
        assert_eq!(Format::instead("https://a.example/b/cat.GIF?x=1").map(|help| help.contains(".mp4")), Some(true));
        assert!(
            FORMATS
                .iter()
                .flat_map(|format| format.endings)
                .all(|ending| Format::instead(&format!("a.{ending}")).is_none())
        );
        for none in ["files/a.gif", "files/a", "files.pdf/a", ""] {
            assert_eq!(Format::of_name(none), None, "{none}");
        }
    }
}
