//! Tests that all secrets of the daemon itself are found, counted and encrypted anew.

use super::on_both;
use std::sync::Arc;
use transom::{
    base::{ids::OutboundId, secret::Secret, time::Time},
    store::{
        InjectedFaults, Options, Store, WriteSet,
        encryption::{DecryptError, Keyring, SecretsKey, StoredSecret},
        queries::secrets::{self, SecretCounts},
        tables::{
            idempotency::{self, Claim, FinishedRequest},
            meta::{self, Meta},
            subscription::{self, Filter, Subscription},
        },
    },
};

const NOW: Time = Time(1_774_602_000_000);

fn stored(text: &str) -> StoredSecret {
    StoredSecret::plain(Secret::new(text))
}

fn webhook(id: i64, secret: &str, old: Option<&str>) -> Subscription {
    Subscription {
        id,
        name: "CRM".into(),
        configured: secret.is_empty(),
        account: None,
        url: "https://crm.example.com".into(),
        secret: stored(secret),
        old_secret: old.map(|old| (stored(old), NOW)),
        filter: Filter::default(),
        paused: None,
        resumed_at: NOW,
        heard_at: None,
        after: 0,
        created_at: NOW,
    }
}

/// Two webhooks with secrets and one of the configuration, the daemon's keys, and two answers, one with a secret.
async fn filled(store: &Store) {
    let mut set = WriteSet::new();
    for row in [webhook(5, "whsec_5", Some("whsec_4")), webhook(6, "whsec_6", None), webhook(7, "", None)] {
        set.push(&subscription::SAVE, &row);
    }
    for (key, value) in [(meta::TOKEN_KEY, "00ff"), (meta::OPERATOR_TOKEN, "0ff0"), ("events_until", "7")] {
        set.push(&meta::SET, &Meta { key: key.into(), value: value.into() });
    }
    store.commit(set).await.unwrap();
    for (id, key, secret) in [(8, "a", "whsec_5"), (9, "b", "")] {
        let (key, account) = (key.to_owned(), "acme".into());
        let claim =
            Claim { account, key: key.clone(), request_hash: "h".into(), message_id: OutboundId(id), created_at: NOW };
        let secret = stored(secret);
        let answer = FinishedRequest { account: "acme".into(), key, status: 201, body: "{}".into(), secret };
        let mut set = WriteSet::new();
        set.push(&idempotency::CLAIM, &claim);
        store.commit(set).await.unwrap();
        let mut set = WriteSet::new();
        set.push(&idempotency::ANSWER, &answer);
        store.commit(set).await.unwrap();
    }
}

async fn counts(store: &Store, keyring: &Keyring) -> SecretCounts {
    secrets::all(store).await.unwrap().counts(keyring)
}

async fn encrypt(store: &Store, keyring: &Keyring) {
    let set = secrets::all(store).await.unwrap().encrypted_anew(keyring).unwrap();
    store.commit(set).await.unwrap();
}

#[test]
fn all_secrets_are_encrypted_and_come_back_under_each_key() {
    on_both(|bed| async move {
        let store = bed.open().await;
        filled(&store).await;
        let (old, new) = (SecretsKey::draw().unwrap().0, SecretsKey::draw().unwrap().0);
        let (none, first) = (Keyring::default(), Keyring::new(vec![old.clone()]));
        let (both, last) = (Keyring::new(vec![new.clone(), old]), Keyring::new(vec![new.clone()]));
        assert_eq!(counts(&store, &none).await, SecretCounts { plain: 6, ..SecretCounts::default() });
        assert!(secrets::all(&store).await.unwrap().encrypted_anew(&none).unwrap().is_empty());
        encrypt(&store, &first).await;
        assert_eq!(counts(&store, &first).await, SecretCounts { current: 6, ..SecretCounts::default() });
        assert!(
            secrets::all(&store).await.unwrap().encrypted_anew(&first).unwrap().is_empty(),
            "nothing is left to do"
        );
        assert_eq!(counts(&store, &both).await, SecretCounts { older: 6, ..SecretCounts::default() });
        encrypt(&store, &both).await;
        assert_eq!(counts(&store, &last).await, SecretCounts { current: 6, ..SecretCounts::default() });
        let lost = counts(&store, &first).await.unreadable;
        assert_eq!((lost.count, lost.keys.into_iter().collect::<Vec<_>>()), (6, vec![new.id().to_owned()]));

        let row = subscription::find(&store, 5).await.unwrap().unwrap();
        let plain = |column, secret: &StoredSecret| last.decrypt(column, 5, secret).unwrap().expose().to_owned();
        assert_eq!(plain(subscription::SECRET, &row.secret), "whsec_5");
        let (old, until) = row.old_secret.unwrap();
        assert_eq!((plain(subscription::OLD_SECRET, &old), until), ("whsec_4".to_owned(), NOW));
        let row = subscription::find(&store, 6).await.unwrap().unwrap();
        assert!(row.old_secret.is_none() && !row.secret.is_empty());
        assert!(subscription::find(&store, 7).await.unwrap().unwrap().secret.is_empty());
        let token = meta::find_secret(&store, meta::TOKEN_KEY).await.unwrap().unwrap();
        assert_eq!(last.decrypt(meta::VALUE, meta::TOKEN_KEY, &token).unwrap().expose(), "00ff");
        assert_eq!(meta::find(&store, "events_until").await.unwrap().as_deref(), Some("7"));
        let answer = idempotency::find(&store, &"acme".into(), "a").await.unwrap().unwrap();
        assert_eq!(last.decrypt(idempotency::SECRET, OutboundId(8), &answer.secret).unwrap().expose(), "whsec_5");
        store.close().await;
    });
}

#[test]
fn a_secret_that_was_moved_is_told_of_and_stays_as_it_is() {
    on_both(|bed| async move {
        let store = bed.open().await;
        filled(&store).await;
        let (old, new) = (SecretsKey::draw().unwrap().0, SecretsKey::draw().unwrap().0);
        encrypt(&store, &Keyring::new(vec![old.clone()])).await;
        let moved = subscription::find(&store, 5).await.unwrap().unwrap().secret;
        let row = subscription::find(&store, 6).await.unwrap().unwrap();
        let mut set = WriteSet::new();
        set.push(&subscription::SAVE, &Subscription { secret: moved.clone(), ..row });
        store.commit(set).await.unwrap();
        let both = Keyring::new(vec![new, old]);
        let found = counts(&store, &both).await;
        assert_eq!((found.older, found.unreadable.count), (5, 1));
        assert_eq!(found.unreadable.damaged, Some((subscription::SECRET, "6".to_owned(), DecryptError::Changed)));
        encrypt(&store, &both).await;
        let found = counts(&store, &both).await;
        assert_eq!((found.current, found.older, found.unreadable.count), (5, 0, 1));
        // Its old key would be needed if somebody put it back.
        let stays = subscription::find(&store, 6).await.unwrap().unwrap().secret;
        assert_eq!(both.decrypt(subscription::SECRET, 5, &stays).unwrap().expose(), "whsec_5");
        store.close().await;
    });
}

#[test]
fn all_secrets_are_encrypted_in_one_commit_or_none() {
    on_both(|bed| async move {
        let faults = Arc::new(InjectedFaults::default());
        let store = bed.open_with(Options { faults: faults.clone(), ..Options::default() }).await;
        filled(&store).await;
        let keyring = Keyring::new(vec![SecretsKey::draw().unwrap().0]);
        let set = || async { secrets::all(&store).await.unwrap().encrypted_anew(&keyring).unwrap() };
        faults.fail_next_commits(1);
        assert!(store.commit(set().await).await.is_err());
        assert_eq!(counts(&store, &keyring).await, SecretCounts { plain: 6, ..SecretCounts::default() });
        faults.lose_next_answers(1);
        assert!(store.commit(set().await).await.is_err());
        assert_eq!(counts(&store, &keyring).await, SecretCounts { current: 6, ..SecretCounts::default() });
        assert!(set().await.is_empty());
        store.close().await;
    });
}
