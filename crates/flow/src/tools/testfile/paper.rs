//! Names a part of the papers, as `FILE` or `FILE#HEADING`: in `finds` of an eval and in `cites` of an expectation.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        yaml::Node,
    },
    definition::FlowSet,
    knowledge::Knowledge,
    model::matching::fold,
};

/// A part of the papers, or all parts of a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperPart {
    /// As flows name it.
    pub file: String,
    pub heading: Option<String>,
}

impl PaperPart {
    pub fn parse(written: &str) -> PaperPart {
        let (file, heading) = match written.split_once('#') {
            Some((file, heading)) => (file.trim(), Some(heading.trim().to_owned())),
            None => (written.trim(), None),
        };
        PaperPart { file: file.to_owned(), heading }
    }

    /// Reads the name, and reports a part that does not exist, because it is never found.
    pub(super) fn read(node: &Node, written: &str, set: &FlowSet, findings: &Findings) -> PaperPart {
        let part = PaperPart::parse(written);
        if let Some((message, help)) = part.missing(&set.knowledge) {
            findings.push(Diagnostic::error("E964", &node.place, message).help_if(help));
        }
        part
    }

    /// The message about a part that does not exist, with advice.
    fn missing(&self, knowledge: &Knowledge) -> Option<(String, Option<String>)> {
        let mut chunks = knowledge.named(&self.file).flat_map(|document| knowledge.chunks_of(document)).peekable();
        if chunks.peek().is_none() {
            let help = did_you_mean(&self.file, knowledge.names());
            return Some((format!("there is no file `knowledge/{}`", self.file), help));
        }
        let heading = self.heading.as_ref()?;
        let headings: Vec<&String> = chunks.flat_map(|chunk| &chunk.headings).collect();
        if headings.iter().any(|known| fold(known) == fold(heading)) {
            return None;
        }
        let help = did_you_mean(heading, headings.iter().map(|known| known.as_str()));
        Some((format!("`{}` has no heading `{heading}`", self.file), help))
    }

    /// True if this part of a file is meant; `file` is the name by which flows know it.
    pub fn is_in(&self, knowledge: &Knowledge, file: &str, headings: &[String]) -> bool {
        let is_part = |wanted: &String| headings.iter().any(|known| fold(known) == fold(wanted));
        knowledge.named(&self.file).any(|document| document.name() == file) && self.heading.as_ref().is_none_or(is_part)
    }
}

impl std::fmt::Display for PaperPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.heading {
            Some(heading) => write!(f, "{}#{heading}", self.file),
            None => f.write_str(&self.file),
        }
    }
}
