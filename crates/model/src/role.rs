//! Names the roles of people who sign in to the studio.

use serde::{Deserialize, Serialize};

/// The rights of a person. The roles are no ladder: an agent sees customers' numbers, which an author does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads, with personal data masked.
    Viewer,
    /// Has the inbox: conversations, messages and contacts of its accounts.
    Agent,
    /// Writes flows and plays them; reads runs and contacts with personal data masked.
    Author,
    /// May do everything.
    Operator,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Agent, Role::Author, Role::Operator];
    pub const NAMES: &'static [&'static str] = &["viewer", "agent", "author", "operator"];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Agent => "agent",
            Role::Author => "author",
            Role::Operator => "operator",
        }
    }

    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// True for roles that see the numbers, names and words of customers.
    pub fn sees_people(self) -> bool {
        match self {
            Role::Agent | Role::Operator => true,
            Role::Viewer | Role::Author => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_read_as_its_role() {
        for (role, name) in Role::ALL.into_iter().zip(Role::NAMES) {
            assert_eq!((role.as_str(), Role::parse(name)), (*name, Some(role)));
        }
        assert_eq!(Role::parse("Operator"), None);
    }
}
