//! Implements `react`: an emoji on the contact's newest message.

use super::StepKind;
use crate::{text::Text, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{StepFailure, Here, Next, Turn}, model::{content::Content, matching::is_emoji}};

pub struct React {
    pub emoji: Text,
}

impl StepKind for React {
    const SPEC: Spec = Spec {
        name: "react",
        summary: "Puts an emoji on the contact's last message.",
        fields: &[FieldSpec::required(
            "react",
            FieldKind::Text,
            "One emoji; `none` takes ours away again. It is left out when the window is closed.",
        )],
        example: "react: 👍",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let emoji = fields.text("react");
        if let Some(plain) = emoji.as_plain().filter(|plain| *plain != NONE && !is_emoji(plain))
            && let Some(node) = fields.node("react").filter(|node| !node.is_broken())
        {
            fields.wrong(node, "E252", format!("`react` takes one emoji, and this is `{plain}`; write `react: 👍`"));
        }
        React { emoji }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let emoji = match turn.render(here, &self.emoji, &[]) {
            Ok(text) => text.trim().to_owned(),
            Err(failure) => return Next::Fail(failure),
        };
        if emoji != NONE && !is_emoji(&emoji) {
            return Next::Fail(StepFailure::new("type", format!("`react` takes one emoji, and this is `{emoji}`")));
        }
        let Some(to) = turn.session.heard_id.clone() else {
            turn.note_at(here, "the contact has not written here yet: there is nothing to react to");
            return Next::Continue;
        };
        if !turn.world.sender.carries.reactions {
            turn.note_at(here, "this sender's platform carries no reactions: nothing is sent");
            return Next::Continue;
        }
        turn.react(here, Content::Reaction { to, emoji: (emoji != NONE).then_some(emoji) });
        Next::Continue
    }
}

const NONE: &str = "none";
