//! Finds the text that a contact saw when giving or withdrawing consent, for the ledger.

use crate::{
    base::{
        ids::{OutboundId, ProviderId},
        limits::{SHOWN_LOOKED_AT_MAX, TEXT_CHARS_MAX},
    },
    flow::engine::question::button_token::Token,
    lane::{error::LaneError, state::Conversation},
    model::{
        content::Content,
        effect::{Effect, NO_RUN},
        event::{ConsentWord, Event},
        inbound::InboundKind,
        session::{ArrivedMessage, Question, Run, Session, Waiting},
    },
    store::tables::outbound::{self, Outbound},
    turns::{Runner, foreign_buttons::has_left},
};

/// The data of an event that identifies the message which it answers.
pub(crate) struct Pointer {
    reply_to: Option<ProviderId>,
    /// The id and title of the tapped button.
    button: Option<(String, String)>,
    /// The questions that waited for this message: the run, and the numbers of our messages that ask.
    asked: Vec<(u32, Vec<u32>)>,
}

impl Pointer {
    /// `None` if it is no message of the contact, or a word that answers nothing (STOP, START). `session`: before the
    /// turn.
    pub fn of(event: &Event, session: &Session) -> Option<Pointer> {
        let message = match event {
            Event::Received { message, word: None, .. } => message,
            other => &heard_note(other, session)?.message,
        };
        let button = match &message.kind {
            InboundKind::Button { id, title } => Some((id.clone(), title.clone())),
            _ => None,
        };
        let asked = session.runs.iter().filter_map(|run| Some((run.number, question_of(run)?.messages.clone())));
        Some(Pointer { reply_to: message.reply_to.clone(), button, asked: asked.collect() })
    }

    /// Keeps the questions that this turn answered: after it, their run asks something else, or has gone on.
    pub fn keep_answered(&mut self, session: &Session) {
        self.asked.retain(|(number, messages)| {
            let run = session.runs.iter().find(|run| run.number == *number);
            run.and_then(question_of).is_none_or(|question| question.messages.first() != messages.first())
        });
    }

    fn has_answered(&self, row: &Outbound) -> bool {
        self.asked.is_empty() || self.asked.iter().any(|(_, messages)| messages.contains(&row.draft.number))
    }
}

fn question_of(run: &Run) -> Option<&Question> {
    match &run.waiting {
        Waiting::Question(question) => Some(question),
        _ => None,
    }
}

/// The voice note whose words this event brings.
pub(crate) fn heard_note<'s>(event: &Event, session: &'s Session) -> Option<&'s ArrivedMessage> {
    let Event::Returned { run: NO_RUN, call, .. } = event else { return None };
    session.hearing_call().filter(|asked| asked.call == *call)?;
    session.hearing.as_ref()?.messages.first()
}

/// True if the event is a definite opt-out word.
pub(crate) fn is_stop(event: &Event) -> bool {
    matches!(event, Event::Received { word: Some(ConsentWord::Stop), .. })
}

impl Runner {
    /// The text of our message that the contact answers, if the result goes into the ledger.
    pub(crate) async fn shown(
        &self,
        conversation: &Conversation,
        pointer: &Pointer,
        effects: &[Effect],
    ) -> Result<Option<String>, LaneError> {
        let asks = |effect: &Effect| {
            matches!(effect, Effect::Consent { shown: None, .. } | Effect::OptOut { shown: None, .. })
        };
        if !effects.iter().any(asks) {
            return Ok(None);
        }
        let row = match &pointer.reply_to {
            Some(id) => outbound::by_provider(&self.store, conversation.sender, id).await?,
            None => None,
        };
        let row = row.filter(|row| row.conversation_id == conversation.id);
        let row = match (row, &pointer.button) {
            // For a tap, only the message with the button counts: a later message has not asked the question.
            (Some(row), Some((id, _))) if Token::read(id, &self.token_key).is_none() || self.shows(&row, id) => {
                Some(row)
            }
            (_, Some((id, _))) => self.carrier(conversation.id, id).await?,
            (Some(row), None) => Some(row),
            (None, None) => {
                let newest =
                    outbound::of(&self.store, conversation.id, OutboundId(i64::MAX), SHOWN_LOOKED_AT_MAX).await?;
                let says = |row: &Outbound| !matches!(row.draft.content, Content::Reaction { .. });
                // A message of a program or a person may stand between a question and its answer.
                newest.into_iter().find(|row| has_left(row) && says(row) && pointer.has_answered(row))
            }
        };
        Ok(row.map(|row| {
            let text = self.wording(&row);
            let whole = match &pointer.button {
                Some((_, title)) => format!("{text}\n[{title}]"),
                None => text,
            };
            whole.chars().take(TEXT_CHARS_MAX).collect()
        }))
    }

    /// The text as the contact read it: for a template with its values inserted.
    fn wording(&self, row: &Outbound) -> String {
        match row.sent_as.as_ref().unwrap_or(&row.draft.content) {
            Content::Template(sent) => {
                let known = self.templates.catalogue.list(row.sender_id);
                let same = |language: &str| sent.language.as_deref().is_none_or(|wanted| wanted == language);
                let found = known.iter().find(|known| known.name == sent.name && same(&known.language));
                match found {
                    Some(template) => format!("{} (template {})", template.filled(&sent.body), sent.name),
                    None => format!("(template {})", sent.name),
                }
            }
            other => other.text().to_owned(),
        }
    }
}
