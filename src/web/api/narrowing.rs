//! Reads `sender` and `account`, by which the lists of conversations and messages are narrowed.

use crate::{
    base::{
        ids::{AccountName, SenderId},
        query,
    },
    web::{auth::Caller, problem::Problem, state::Web},
};

/// The sender and the account that a caller wants to see alone, among those that the caller may see.
#[derive(Debug, Clone)]
pub struct Narrowing {
    sender: Option<SenderId>,
    account: Option<AccountName>,
}

impl Narrowing {
    /// 404 for a sender or an account that is not the caller's.
    pub fn read(web: &Web, caller: &Caller, text: &str) -> Result<Narrowing, Problem> {
        let value = |name: &str| query::value(text, name).filter(|value| !value.is_empty());
        let sender = match value("sender") {
            None => None,
            Some(id) => {
                let known = id.parse().ok().and_then(|id| caller.sender(web, SenderId(id)));
                Some(known.ok_or_else(|| Problem::not_found("There is no such sender."))?.id)
            }
        };
        let account = value("account").map(AccountName::from);
        if account.as_ref().is_some_and(|account| !caller.accounts_in(web).contains(account)) {
            return Err(Problem::not_found("There is no such account."));
        }
        Ok(Narrowing { sender, account })
    }

    /// True for something at this sender, of a contact of this account.
    pub fn holds(&self, sender: SenderId, account: &AccountName) -> bool {
        self.sender.is_none_or(|wanted| wanted == sender)
            && self.account.as_ref().is_none_or(|wanted| wanted == account)
    }
}
