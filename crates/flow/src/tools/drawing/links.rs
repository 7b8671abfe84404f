//! Describes a flow as points and arrows, for formats that have their own layout.

use super::{
    tree::{Exit, Item, Row, Title, To, Tone, Tree},
    words::{self, Look, StepTexts},
};
use std::collections::BTreeMap;

pub struct Links {
    pub points: Vec<Point>,
    pub arrows: Vec<Arrow>,
}

pub struct Point {
    /// Consists of letters, digits and `_`.
    pub id: String,
    pub face: Face,
}

pub enum Face {
    Start(Vec<String>),
    Step(StepTexts),
    /// Another flow.
    Flow(String),
    /// A name that does not exist.
    Nowhere(String),
    Stop,
    /// Back to the caller of the block.
    Back,
}

pub struct Arrow {
    pub from: String,
    pub to: String,
    pub words: String,
    pub tone: Tone,
}

/// An arrow whose end is not known yet.
struct Loose {
    from: String,
    words: String,
    tone: Tone,
}

/// All points and arrows of a flow; `prefix` keeps the ids of several flows different.
pub fn links(tree: &Tree<'_>, prefix: &str) -> Links {
    let mut walk = Walk {
        prefix,
        links: Links { points: Vec::new(), arrows: Vec::new() },
        labels: BTreeMap::new(),
        jumps: Vec::new(),
        open_labels: Vec::new(),
    };
    for (at, part) in tree.parts.iter().enumerate() {
        let id = if at == 0 { "start".to_owned() } else { format!("part{at}") };
        let words = match &part.title {
            Title::Start => words::starts(tree.flow).into_iter().chain(words::stops(tree.flow)).collect(),
            Title::Ending(title) => vec![(*title).to_owned()],
            Title::Block(head) => vec![format!("block {}", head.name)],
        };
        let from = walk.point(&id, Face::Start(words));
        match &part.title {
            Title::Start => walk.open_labels.push("top".into()),
            Title::Ending(_) => {}
            Title::Block(head) => walk.open_labels.push(head.name.clone()),
        }
        walk.row(&part.row, vec![Loose { from, words: String::new(), tone: Tone::Choice }], None);
    }
    walk.finish()
}

struct Walk<'p> {
    prefix: &'p str,
    links: Links,
    /// The first point of each block.
    labels: BTreeMap<String, String>,
    jumps: Vec<(Loose, String)>,
    /// Labels that wait for their first point.
    open_labels: Vec<String>,
}

impl Walk<'_> {
    fn point(&mut self, id: &str, face: Face) -> String {
        let id = format!("{}{id}", self.prefix);
        for label in self.open_labels.drain(..) {
            // An empty block and the next one begin at the same point.
            self.labels.entry(label).or_insert_with(|| id.clone());
        }
        self.links.points.push(Point { id: id.clone(), face });
        id
    }

    fn tie(&mut self, loose: Vec<Loose>, to: &str) {
        let arrows = loose.into_iter().map(|l| Arrow { from: l.from, to: to.to_owned(), words: l.words, tone: l.tone });
        self.links.arrows.extend(arrows);
    }

    /// Adds a row; returns the arrows that lead to the next step. `own` is the point of a surrounding loop.
    fn row(&mut self, row: &Row<'_>, mut loose: Vec<Loose>, own: Option<&str>) -> Vec<Loose> {
        for item in &row.items {
            match item {
                Item::Label(head) => self.open_labels.push(head.name.clone()),
                Item::Jump(jump) => {
                    let (To::Here(name) | To::Flow(name) | To::Nowhere(name)) = jump;
                    let id = format!("to_{}_{}", words::one_word(name), self.links.points.len());
                    match jump {
                        To::Here(_) => {
                            let loose = std::mem::take(&mut loose);
                            self.jumps.extend(loose.into_iter().map(|loose| (loose, name.clone())));
                        }
                        To::Flow(_) => {
                            let id = self.point(&id, Face::Flow(name.clone()));
                            self.tie(std::mem::take(&mut loose), &id);
                        }
                        To::Nowhere(_) => {
                            let id = self.point(&id, Face::Nowhere(name.clone()));
                            self.tie(std::mem::take(&mut loose), &id);
                        }
                    }
                }
                Item::Stop => {
                    let id = self.point(&format!("stop_{}", self.links.points.len()), Face::Stop);
                    self.tie(std::mem::take(&mut loose), &id);
                }
                Item::Back => {
                    let id = self.point(&format!("back_{}", self.links.points.len()), Face::Back);
                    self.tie(std::mem::take(&mut loose), &id);
                }
                Item::Step(step) => {
                    let id = self.point(&format!("s{}", step.ix.0), Face::Step(words::of(step.node)));
                    self.tie(std::mem::take(&mut loose), &id);
                    if let Some(words) = &step.straight {
                        loose.push(Loose { from: id.clone(), words: words.clone(), tone: Tone::Choice });
                    }
                    for branch in &step.branches {
                        let first = Loose { from: id.clone(), words: branch.words.clone(), tone: branch.tone };
                        loose.extend(self.row(&branch.row, vec![first], Some(&id)));
                    }
                }
            }
        }
        if row.exit == Exit::Repeats
            && let Some(own) = own
        {
            self.tie(std::mem::take(&mut loose), own);
        }
        loose
    }

    fn finish(mut self) -> Links {
        if !self.open_labels.is_empty() {
            self.point("nothing", Face::Stop);
        }
        for (loose, name) in std::mem::take(&mut self.jumps) {
            if let Some(to) = self.labels.get(&name).cloned() {
                self.tie(vec![loose], &to);
            }
        }
        self.links
    }
}

/// The text of a point, in at most two lines.
pub fn lines(face: &Face) -> Vec<String> {
    match face {
        Face::Start(lines) if lines.is_empty() => vec!["called or started by others".into()],
        Face::Start(lines) => lines.clone(),
        Face::Step(words) => {
            let body = match words.look {
                Look::End => String::new(),
                _ => words::shortened(&words::one_line(&words.body), 80),
            };
            let guard = words.guard.clone();
            let body = Some(body).filter(|body| !body.is_empty());
            std::iter::once(words.head.clone()).chain(guard).chain(body).chain(words.notes.clone()).collect()
        }
        Face::Flow(name) => vec![format!("flow {name}")],
        Face::Nowhere(name) => vec![format!("{name}?")],
        Face::Stop => Vec::new(),
        Face::Back => vec![words::BACK.to_owned()],
    }
}
