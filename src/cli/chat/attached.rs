//! Sends what a customer attaches to a talk in the terminal: a file or a place.

use super::Chat;
use crate::{
    channel::meta::compose::CustomerEvent,
    cli::{Failure, Outcome},
    model::content::MediaKind,
};

impl Chat {
    /// Handles `/media image My receipt`.
    pub(super) async fn media(&mut self, text: &str) -> Outcome {
        let (word, caption) = text.split_once(' ').map_or((text, ""), |(word, caption)| (word, caption.trim()));
        let Some(kind) = MediaKind::named(word) else {
            let kinds = MediaKind::ALL.map(MediaKind::as_str).join("`, `");
            return Err(Failure::Usage(format!("write `/media image My receipt`; the kinds are `{kinds}`")));
        };
        let caption = (!caption.is_empty()).then(|| caption.to_owned());
        println!("{}", self.paint.faint(format!("(sends a file: {word})")));
        self.local.act(CustomerEvent::media(kind, caption), None).await?;
        self.print_news(true).await
    }

    /// Handles `/voice tomorrow at ten`; without words nothing is heard.
    pub(super) async fn voice(&mut self, words: &str) -> Outcome {
        let hears = self.local.app.live.get().set.bot.voice.is_some();
        let told = match words {
            _ if !hears => "(sends a voice note; the bot hears none: `_bot.yaml` has no `voice`)".to_owned(),
            "" => "(sends a voice note in which nothing is heard)".to_owned(),
            words => format!("(🎤 heard: {words})"),
        };
        println!("{}", self.paint.faint(told));
        self.voice_notes += 1;
        let id = format!("voice.{}", self.voice_notes);
        self.local.app.calls.speak(id.clone(), (!words.is_empty()).then(|| words.to_owned()));
        self.local.act(CustomerEvent::Voice { id }, None).await?;
        self.print_news(true).await
    }

    /// Handles `/location 40.4 -3.7`.
    pub(super) async fn location(&mut self, text: &str) -> Outcome {
        let mut numbers = text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::parse::<f64>);
        let (Some(Ok(latitude)), Some(Ok(longitude)), None) = (numbers.next(), numbers.next(), numbers.next()) else {
            return Err(Failure::Usage("write `/location 40.4 -3.7`".to_owned()));
        };
        self.local.act(CustomerEvent::Location { latitude, longitude }, None).await?;
        self.print_news(true).await
    }
}
