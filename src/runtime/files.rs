//! Files that customers sent stay with the platform, and are read there when somebody asks for one.

use super::app::App;
use crate::{
    base::ids::SenderId,
    channel::{
        file::{Located, Told},
        question::Trouble,
    },
};

impl App {
    /// Where a file can be read just now.
    pub async fn locate(&self, sender: SenderId, file: Told<'_>) -> Result<Located, Trouble> {
        let provider = self.provider_of(sender).ok_or_else(|| Trouble {
            kind: "unknown_sender",
            text: format!("sender {sender} is no longer in the configuration"),
        })?;
        provider.locate(self.http.as_ref(), sender, file).await
    }
}
