//! Authenticates requests by API key: keys of the configuration, keys made by `keys create`, and the token of this
//! machine's operator.

use super::{problem::Problem, state::Web};
use crate::{
    base::{
        ids::{AccountName, SenderId},
        limits::KEY_USED_EVERY,
        secret::Secret,
        time::Time,
    },
    model::{
        role::Role,
        scope::{Scope, Scopes},
    },
    runtime::config::Sender,
    store::{
        CommitError, Store, WriteSet,
        tables::{
            api_key,
            audit::{self, AuditEntry},
        },
    },
};
use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The authenticated caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Sees its own senders, contacts and conversations, and nothing of other accounts.
    Account(KeyHolder),
    /// A command on this machine, or the studio's page where nobody signs in: sees everything.
    Operator,
    /// A person who is signed in.
    Person(Arc<SignedIn>),
}

/// The holder of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    pub account: AccountName,
    /// `None`: all that a key of an account may do, as keys of the configuration.
    pub scopes: Option<Scopes>,
    /// Its name and id for people, and nothing of the key itself; of a key of the configuration its account and place.
    pub key_name: String,
}

/// A person with the rights that they have now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub id: i64,
    pub name: String,
    pub role: Role,
    /// `None`: all.
    pub accounts: Option<Vec<AccountName>>,
    pub teams: Vec<String>,
    /// The stored hash of the session.
    pub session: String,
}

/// The rights and the end of a new key.
#[derive(Debug, Clone)]
pub struct KeyRights {
    pub account: AccountName,
    /// For people.
    pub name: String,
    pub scopes: Option<Scopes>,
    pub expires_at: Option<Time>,
}

/// A new key: the key, shown once, and its stored hash.
pub struct NewKey {
    pub id: String,
    /// `<id>.<random>`: printed once.
    pub key: Secret,
    /// SHA-256 of the whole key, in hex.
    pub hash: String,
}

/// The caller by the request's key; `None` if the key is missing or invalid.
pub async fn caller(web: &Web, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    match bearer(headers) {
        Some(shown) => of_key(web, shown).await,
        None => Ok(None),
    }
}

/// The caller of this key; `None` if it is invalid. A key that has expired is a problem of its own, because its holder
/// could look for another reason for a long time.
pub async fn of_key(web: &Web, shown: &str) -> Result<Option<Caller>, Problem> {
    if web.operator.matches(shown) {
        return Ok(Some(Caller::Operator));
    }
    // Compare all keys, even after a match, so that the time taken reveals nothing.
    let mut found = None;
    for account in &web.app.config.accounts {
        for (place, key) in account.api_keys.iter().enumerate() {
            if key.matches(shown) {
                let (account, key_name) = (account.name.clone(), format!("{}/{}", account.name, place + 1));
                found = Some(Caller::Account(KeyHolder { account, scopes: None, key_name }));
            }
        }
    }
    if found.is_some() {
        return Ok(found);
    }
    let Some((id, _)) = shown.split_once('.') else { return Ok(None) };
    let Some(row) = api_key::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))? else {
        return Ok(None);
    };
    // 256 random bits need no slow hash, which protects only passwords that people invent.
    let fits = bool::from(hash(shown).as_bytes().ct_eq(row.hash.as_bytes()));
    let live = row.revoked_at.is_none() && web.app.config.accounts.iter().any(|account| account.name == row.account);
    if !(fits && live) {
        return Ok(None);
    }
    let now = web.app.clock.now();
    if row.expires_at.is_some_and(|end| end <= now) {
        return Err(expired());
    }
    if row.used_at.is_none_or(|at| now - at >= KEY_USED_EVERY) {
        note_use(&web.app.store, row.id, now).await;
    }
    let key_name = if row.name.is_empty() { id.to_owned() } else { format!("{} ({id})", row.name) };
    Ok(Some(Caller::Account(KeyHolder { account: row.account, scopes: row.scopes, key_name })))
}

/// Writes the time of a key's use.
async fn note_use(store: &Store, id: String, now: Time) {
    let mut set = WriteSet::new();
    set.push(&api_key::USED, &api_key::Used { id, at: now });
    // If it fails, the next request writes it.
    if let Err(error) = store.commit(set).await {
        tracing::debug!(error = %error, "The time of a key's last use was not written");
    }
}

/// True for the problem of `of_key` with a key that has expired, which the dialects refuse like an unknown one.
pub fn is_expired(problem: &Problem) -> bool {
    problem.code == "key_expired"
}

fn expired() -> Problem {
    let why = "This key has expired; `transom keys create` makes a new one.";
    Problem::new(StatusCode::UNAUTHORIZED, "key_expired", why)
}

/// The source of a consent for the ledger: `api` with the key's id, or `operator`, followed by the program's own name.
/// The fixed prefix ensures that a program's claim cannot look like the contact's own act.
pub fn teller(web: &Web, caller: &Caller, headers: &HeaderMap, source: Option<&str>) -> String {
    let mut told = match caller {
        Caller::Operator => "operator".to_owned(),
        Caller::Account(_) => match bearer(headers).and_then(|shown| key_id(web, shown)) {
            Some(id) => format!("api, key {id}"),
            None => "api".to_owned(),
        },
        Caller::Person(person) => format!("person {}", person.name),
    };
    if let Some(source) = source {
        told.push_str(", as ");
        told.push_str(source);
    }
    told
}

/// The id of a valid key; for a key of the configuration its account and position.
fn key_id(web: &Web, shown: &str) -> Option<String> {
    for account in &web.app.config.accounts {
        if let Some(place) = account.api_keys.iter().position(|key| key.matches(shown)) {
            return Some(format!("{}/{}", account.name, place + 1));
        }
    }
    shown.split_once('.').map(|(id, _)| id.to_owned())
}

/// Generates a key.
fn new_key() -> Result<NewKey, getrandom::Error> {
    let (mut id, mut random) = ([0_u8; 6], [0_u8; 32]);
    getrandom::fill(&mut id)?;
    getrandom::fill(&mut random)?;
    let id = hex(&id);
    let key = format!("{id}.{}", hex(&random));
    Ok(NewKey { hash: hash(&key), key: Secret::new(key), id })
}

/// Creates a key for an account and stores its hash. `entry` goes into the audit log in the same commit, with the key's
/// id as its subject; `None`: the caller has an entry of its own.
pub async fn create_key(
    store: &Store,
    rights: KeyRights,
    now: Time,
    entry: Option<AuditEntry>,
) -> anyhow::Result<NewKey> {
    let key = new_key().map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let row = api_key::ApiKey {
        id: key.id.clone(),
        account: rights.account,
        hash: key.hash.clone(),
        name: rights.name,
        created_at: now,
        revoked_at: None,
        scopes: rights.scopes,
        expires_at: rights.expires_at,
        used_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&api_key::INSERT, &row);
    if let Some(entry) = entry {
        set.push(&audit::INSERT, &AuditEntry { subject: Some(key.id.clone()), ..entry });
    }
    store.commit(set).await?;
    Ok(key)
}

/// Revokes a key; `CommitError::Stale` if there is no such active key. `entry` as in `create_key`.
pub async fn revoke_key(store: &Store, id: &str, now: Time, entry: Option<AuditEntry>) -> Result<(), CommitError> {
    let mut set = WriteSet::new();
    set.push(&api_key::REVOKE, &api_key::Revoke { id: id.to_owned(), at: now });
    if let Some(entry) = entry {
        set.push(&audit::INSERT, &AuditEntry { subject: Some(id.to_owned()), ..entry });
    }
    store.commit(set).await.map(|_| ())
}

impl Caller {
    /// The sender, if this caller may use it; senders of other accounts look missing.
    pub fn sender<'w>(&self, web: &'w Web, id: SenderId) -> Option<&'w Sender> {
        web.app.senders.get(id).filter(|sender| self.owns(&sender.account))
    }

    pub fn owns(&self, account: &AccountName) -> bool {
        self.accounts().is_none_or(|own| own.contains(account))
    }

    /// The accounts that it sees; `None`: all.
    pub fn accounts(&self) -> Option<&[AccountName]> {
        match self {
            Caller::Account(key) => Some(std::slice::from_ref(&key.account)),
            Caller::Operator => None,
            Caller::Person(person) => person.accounts.as_deref(),
        }
    }

    /// The accounts with a sender whose contacts it may see.
    pub fn accounts_in(&self, web: &Web) -> Vec<AccountName> {
        web.app.senders.accounts().filter(|name| self.owns(name)).cloned().collect()
    }

    /// The account to read rows of, where it sees one alone. Else all rows are read, and each is asked for by `owns`.
    pub fn only_account(&self) -> Option<&AccountName> {
        match self.accounts() {
            Some([only]) => Some(only),
            Some(_) | None => None,
        }
    }

    /// True if it sees the numbers, names and words of customers.
    pub fn sees_people(&self) -> bool {
        match self {
            Caller::Account(_) => self.has(Scope::People),
            Caller::Operator => true,
            Caller::Person(person) => person.role.sees_people(),
        }
    }

    /// True unless this is a key with scopes, and without this one.
    pub fn has(&self, scope: Scope) -> bool {
        match self {
            Caller::Account(key) => key.scopes.is_none_or(|scopes| scopes.has(scope)),
            Caller::Operator | Caller::Person(_) => true,
        }
    }

    /// The sentence for a key that lacks this scope; `None` if nothing is missing.
    pub fn lacks(&self, scope: Scope) -> Option<String> {
        let Caller::Account(KeyHolder { scopes: Some(scopes), .. }) = self else { return None };
        let all = Scopes::of(scopes.all().chain([scope]));
        (!scopes.has(scope)).then(|| {
            format!(
                "This needs a key with the scope `{}`; this key has `{scopes}`. `transom keys create --scopes {all}` makes \
                 one.",
                scope.as_str()
            )
        })
    }

    /// The name under which somebody writes to a customer: their own if they are signed in, else the `given` one.
    pub fn agent(&self, given: Option<String>) -> Option<String> {
        match self {
            Caller::Person(person) => Some(person.name.clone()),
            Caller::Account(_) | Caller::Operator => given,
        }
    }

    pub fn is_operator(&self) -> bool {
        match self {
            Caller::Account(_) => false,
            Caller::Operator => true,
            Caller::Person(person) => person.role == Role::Operator,
        }
    }
}

/// The token after `Bearer`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

/// SHA-256 in hex.
pub fn hash(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

/// Random bits in hex.
pub fn random_hex<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut random = [0_u8; BYTES];
    getrandom::fill(&mut random)?;
    Ok(hex(&random))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_stands_after_bearer() {
        let shown = |value: &str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(shown("Bearer k1.abc"), Some("k1.abc".into()));
        assert_eq!(shown("bearer  k1.abc "), Some("k1.abc".into()));
        for bad in ["k1.abc", "Basic k1.abc", "Bearer ", ""] {
            assert_eq!(shown(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_new_key_is_its_id_and_what_is_hashed() {
        let key = new_key().unwrap();
        let (id, random) = key.key.expose().split_once('.').unwrap();
        assert_eq!((id, hash(key.key.expose())), (key.id.as_str(), key.hash.clone()));
        assert_eq!(random.len(), 64);
    }
}
