//! Begins, finds and ends sessions.

use crate::{
    base::{
        limits::{SESSIONS_PER_PERSON_MAX, SIGNED_IN_IDLE, SIGNED_IN_MAX, SIGNED_IN_SEEN_EVERY},
        secret::Secret,
        time::Time,
    },
    store::{
        CommitError, ReadError, Store, WriteSet,
        tables::{
            audit::{self, AuditEntry},
            person::{self, Person, PersonSeen, UsedLink},
            person_session::{self, PersonSession, SessionHash, SessionSeen, SessionsOf},
        },
    },
    web::auth::{SignedIn, hash, random_hex},
};

/// The person of a cookie's value; `None` if the session ended.
pub async fn find(store: &Store, value: &Secret, now: Time) -> Result<Option<SignedIn>, ReadError> {
    let Some(session) = person_session::find(store, &hash(value.expose())).await? else { return Ok(None) };
    if is_over(&session, now) {
        return Ok(None);
    }
    let Some(person) = person::find(store, session.person_id).await? else { return Ok(None) };
    if now - session.seen_at >= SIGNED_IN_SEEN_EVERY {
        let mut set = WriteSet::of(person.id);
        set.push(&person_session::SEEN, &SessionSeen { hash: session.hash.clone(), at: now });
        set.push(&person::SEEN, &PersonSeen { id: person.id, at: now });
        // If it fails, the next request writes it.
        if let Err(error) = store.commit(set).await {
            tracing::debug!(error = %error, "The time of a person's last request was not written");
        }
    }
    Ok(Some(SignedIn {
        teams: person.teams,
        id: person.id,
        name: person.name,
        role: person.role,
        accounts: (!person.all_accounts).then_some(person.accounts),
        session: session.hash,
    }))
}

pub fn is_over(session: &PersonSession, now: Time) -> bool {
    now - session.seen_at >= SIGNED_IN_IDLE || now - session.created_at >= SIGNED_IN_MAX
}

/// Begins a session with a new value; nobody can have chosen it before. `entry` goes into the audit log in the same
/// commit.
pub async fn begin(
    store: &Store,
    person: &Person,
    now: Time,
    entry: &AuditEntry,
) -> Result<Option<Secret>, CommitError> {
    let mut set = WriteSet::of(person.id);
    set.push(&audit::INSERT, entry);
    let others = person_session::of(store, person.id).await.unwrap_or_default();
    let many = (others.len() + 1).saturating_sub(SESSIONS_PER_PERSON_MAX);
    for old in others.iter().take(many) {
        set.push(&person_session::END, &SessionHash { hash: old.hash.clone() });
    }
    write(store, set, person, now).await
}

/// Uses a link: sets the password, ends all other sessions and begins one. `None`: somebody else was faster.
pub async fn begin_by_link(
    store: &Store,
    person: &Person,
    link_hash: String,
    password: String,
    now: Time,
    entry: &AuditEntry,
) -> Result<Option<Secret>, CommitError> {
    let mut set = WriteSet::of(person.id);
    set.push(&audit::INSERT, entry);
    set.push(&person::USE_LINK, &UsedLink { id: person.id, link_hash, at: now, password });
    set.push(&person_session::END_ALL, &SessionsOf { person_id: person.id });
    match write(store, set, person, now).await {
        Err(CommitError::Stale { .. }) => Ok(None),
        other => other,
    }
}

async fn write(store: &Store, mut set: WriteSet, person: &Person, now: Time) -> Result<Option<Secret>, CommitError> {
    let Ok(value) = random_hex::<32>() else { return Ok(None) };
    let row = PersonSession { hash: hash(&value), person_id: person.id, created_at: now, seen_at: now };
    set.push(&person_session::INSERT, &row);
    set.push(&person::SEEN, &PersonSeen { id: person.id, at: now });
    store.commit(set).await?;
    Ok(Some(Secret::new(value)))
}

/// Ends one session. `entry` goes into the audit log in the same commit.
pub async fn end(store: &Store, hash: String, entry: Option<&AuditEntry>) -> Result<(), CommitError> {
    let mut set = WriteSet::new();
    if let Some(entry) = entry {
        set.push(&audit::INSERT, entry);
    }
    set.push(&person_session::END, &SessionHash { hash });
    store.commit(set).await.map(|_| ())
}
