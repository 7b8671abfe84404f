//! Holds a conversation as another product draws it: nodes and ways between them.

use super::yaml::Yaml;

pub type NodeId = usize;

/// The place to which a way leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The step below the one whose way it is.
    Below,
    Node(NodeId),
    End,
}

/// Steps, and where they lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub steps: Vec<Step>,
    pub to: Goal,
}

impl Way {
    pub fn to(goal: Goal) -> Way {
        Way { steps: Vec::new(), to: goal }
    }
}

/// A step with remarks for the author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub remarks: Vec<String>,
    pub verb: Verb,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// A text, which becomes the question of an `Ask` that follows.
    Say(Say),
    Ask(Box<Ask>),
    /// Any other step, by its keys; the first one is the verb.
    Keys(Vec<(String, Field)>),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Say {
    pub text: String,
    pub media: Vec<String>,
    pub link: Option<(String, String)>,
    pub header: Option<String>,
    pub footer: Option<String>,
    /// Options that the other product shows below the text: those of the question that follows, if one does.
    pub quick: Vec<Choice>,
    /// `if_closed`, where the source names a template.
    pub if_closed: Option<Yaml>,
    /// An address that goes below the text before it, if there is one.
    pub joins: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// Without one the text before it is the question.
    pub question: Option<Say>,
    /// The question where no text stands before it; empty: the step waits for a reply.
    pub fallback: String,
    /// The variable for the answer.
    pub variable: Option<String>,
    pub options: Vec<Choice>,
    /// The other keys: `type`, `check`, `on_fail` and so on.
    pub keys: Vec<(String, Field)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub title: String,
    /// The answer, where it is not the title.
    pub id: Option<String>,
    pub about: Option<String>,
    pub way: Option<Way>,
}

/// The value of a step's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Plain(Yaml),
    Way(Way),
    /// `cases`: ways by value.
    Ways(Vec<(String, Way)>),
    /// `cases` of a `split`, with their weights.
    Weighted(Vec<(String, u32, Way)>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// For the name of its block.
    pub title: String,
    pub steps: Vec<Step>,
    /// Where it leads if its last step leads nowhere else. `Below` means the end.
    pub next: Goal,
    /// Whether the last step may come to its end without one of its ways.
    pub falls: bool,
    /// Only a question without words, which is written wherever a text leads to it.
    pub copied: bool,
}

impl Node {
    pub fn new(title: impl Into<String>, steps: Vec<Step>, next: Goal) -> Node {
        Node { title: title.into(), steps, next, falls: true, copied: false }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub start: Option<NodeId>,
}

impl Graph {
    pub fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// All nodes to which this one leads, each as often as it does.
    pub fn targets(&self, of: NodeId) -> Vec<NodeId> {
        let node = &self.nodes[of];
        let mut goals: Vec<Goal> = node.steps.iter().flat_map(|step| step.ways()).map(|way| way.to).collect();
        if node.falls {
            goals.push(node.next);
        }
        goals
            .into_iter()
            .filter_map(|goal| match goal {
                Goal::Node(to) => Some(to),
                Goal::Below | Goal::End => None,
            })
            .collect()
    }
}

impl Step {
    pub fn say(text: impl Into<String>) -> Step {
        Verb::Say(Say { text: text.into(), ..Say::default() }).into()
    }

    pub fn keys<const N: usize>(keys: [(&str, Yaml); N]) -> Step {
        let keys = keys.into_iter().map(|(key, value)| (key.to_owned(), Field::Plain(value))).collect();
        Verb::Keys(keys).into()
    }

    pub fn remark(mut self, remark: impl Into<String>) -> Step {
        self.remarks.push(remark.into());
        self
    }

    /// The step with one more key that leads away.
    pub fn way(mut self, key: &str, way: Way) -> Step {
        match &mut self.verb {
            Verb::Keys(keys) => keys.push((key.to_owned(), Field::Way(way))),
            Verb::Ask(ask) => ask.keys.push((key.to_owned(), Field::Way(way))),
            Verb::Say(_) => {}
        }
        self
    }

    pub fn key(mut self, key: &str, value: Yaml) -> Step {
        match &mut self.verb {
            Verb::Keys(keys) => keys.push((key.to_owned(), Field::Plain(value))),
            Verb::Ask(ask) => ask.keys.push((key.to_owned(), Field::Plain(value))),
            Verb::Say(_) => {}
        }
        self
    }

    pub fn ways(&self) -> Vec<&Way> {
        let of = |field| match field {
            &Field::Plain(_) => Vec::new(),
            Field::Way(way) => vec![way],
            Field::Ways(ways) => ways.iter().map(|(_, way)| way).collect(),
            Field::Weighted(ways) => ways.iter().map(|(.., way)| way).collect(),
        };
        match &self.verb {
            Verb::Say(_) => Vec::new(),
            Verb::Keys(keys) => keys.iter().flat_map(|(_, field)| of(field)).flat_map(all_of).collect(),
            Verb::Ask(ask) => {
                let choices = ask.options.iter().filter_map(|choice| choice.way.as_ref());
                choices.chain(ask.keys.iter().flat_map(|(_, field)| of(field))).flat_map(all_of).collect()
            }
        }
    }
}

impl From<Verb> for Step {
    fn from(verb: Verb) -> Step {
        Step { remarks: Vec::new(), verb }
    }
}

/// A way with those of its own steps.
fn all_of(way: &Way) -> Vec<&Way> {
    let mut all = vec![way];
    all.extend(way.steps.iter().flat_map(Step::ways));
    all
}
