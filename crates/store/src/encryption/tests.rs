use super::*;

const SECRET: SecretColumn = SecretColumn { table: "subscription", name: "secret" };
const OLD: SecretColumn = SecretColumn { table: "subscription", name: "old_secret" };
const VALUE: SecretColumn = SecretColumn { table: "meta", name: "value" };

fn drawn() -> SecretsKey {
    SecretsKey::draw().unwrap().0
}

fn of(key: &SecretsKey) -> Keyring {
    Keyring::new(vec![key.clone()])
}

fn sealed(keys: &Keyring) -> StoredSecret {
    keys.encrypt(SECRET, 5, &Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap()
}

fn stored(text: &str) -> StoredSecret {
    StoredSecret::plain(Secret::new(text))
}

#[test]
fn a_value_is_encrypted_and_comes_back() {
    let keys = of(&drawn());
    let (one, other) = (sealed(&keys), sealed(&keys));
    assert!(one.text().starts_with(&format!("enc1:{}:", keys.current().unwrap())), "{}", one.text());
    assert!(!one.text().contains("whsec_"));
    assert_ne!(one.text(), other.text(), "each has its own vector");
    assert_eq!(keys.decrypt(SECRET, 5, &one).unwrap().expose(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assert_eq!(keys.protection(SECRET, 5, &one), Protection::Current);
    assert_eq!(format!("{one:?}"), "StoredSecret(***)");
}

#[test]
fn without_a_key_values_stay_plain() {
    let none = Keyring::default();
    let plain = sealed(&none);
    assert_eq!(plain.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assert_eq!(none.decrypt(SECRET, 5, &plain).unwrap().expose(), plain.text());
    assert_eq!(of(&drawn()).protection(SECRET, 5, &plain), Protection::Plain);
    // A secret of the configuration is not in the database.
    assert!(of(&drawn()).encrypt(SECRET, 5, &Secret::default()).unwrap().is_empty());
}

#[test]
fn another_key_decrypts_nothing_and_the_missing_one_is_named() {
    let (right, wrong) = (drawn(), drawn());
    let value = sealed(&of(&right));
    let missing = DecryptError::NoKey(right.id().to_owned());
    assert_eq!(of(&wrong).decrypt(SECRET, 5, &value).err(), Some(missing.clone()));
    assert_eq!(Keyring::default().decrypt(SECRET, 5, &value).err(), Some(missing));
    // A value that claims another key of ours.
    let renamed = value.text().replace(right.id(), wrong.id());
    let both = Keyring::new(vec![wrong, right]);
    assert_eq!(both.decrypt(SECRET, 5, &stored(&renamed)).err(), Some(DecryptError::Changed));
}

#[test]
fn a_value_that_is_moved_is_not_decrypted() {
    let keys = of(&drawn());
    let value = sealed(&keys);
    for (column, row) in [(SECRET, "6"), (SECRET, "55"), (OLD, "5"), (VALUE, "5"), (SECRET, "")] {
        assert_eq!(keys.decrypt(column, row, &value).err(), Some(DecryptError::Changed), "{column:?} {row}");
    }
    let token = keys.encrypt(VALUE, "token_key", &Secret::new("00ff")).unwrap();
    assert_eq!(keys.decrypt(VALUE, "operator_token", &token).err(), Some(DecryptError::Changed));
    // No name of a row can stand for two of them.
    let odd = keys.encrypt(VALUE, "a\",\"b", &Secret::new("00ff")).unwrap();
    assert_eq!(keys.decrypt(VALUE, "a", &odd).err(), Some(DecryptError::Changed));
}

#[test]
fn each_flipped_bit_and_each_cut_is_noticed() {
    let keys = of(&drawn());
    let value = sealed(&keys);
    let (head, body) = value.text().rsplit_once(':').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(body).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let changed = stored(&format!("{head}:{}", URL_SAFE_NO_PAD.encode(changed)));
        assert_eq!(keys.decrypt(SECRET, 5, &changed).err(), Some(DecryptError::Changed), "bit {bit}");
    }
    for end in 0..bytes.len() {
        let cut = stored(&format!("{head}:{}", URL_SAFE_NO_PAD.encode(&bytes[..end])));
        assert_eq!(keys.decrypt(SECRET, 5, &cut).err(), Some(DecryptError::Changed), "{end} bytes");
    }
    let longer = stored(&format!("{}AAAA", value.text()));
    assert_eq!(keys.decrypt(SECRET, 5, &longer).err(), Some(DecryptError::Changed));
}

#[test]
fn another_form_is_not_taken_for_a_plain_value() {
    let keys = of(&drawn());
    let value = sealed(&keys);
    let rest = value.text().strip_prefix("enc1").unwrap();
    for (form, wrong) in [("enc2", DecryptError::OtherForm), ("enc", DecryptError::OtherForm)] {
        let later = stored(&format!("{form}{rest}"));
        assert_eq!(keys.protection(SECRET, 5, &later), Protection::Unreadable(wrong));
    }
    for text in ["enc1:", "enc1::", "enc1:zz", "enc1:\u{1b}[2J:AAAA"] {
        assert!(
            matches!(keys.decrypt(SECRET, 5, &stored(text)), Err(DecryptError::NoKey(id)) if id.len() < 3),
            "{text}"
        );
    }
}

#[test]
fn after_a_rotation_the_first_key_encrypts_and_both_decrypt() {
    let (old, new) = (drawn(), drawn());
    let before = sealed(&of(&old));
    let both = Keyring::new(vec![new.clone(), old.clone()]);
    assert_eq!(both.protection(SECRET, 5, &before), Protection::Older);
    let secret = both.decrypt(SECRET, 5, &before).unwrap();
    let after = both.encrypt(SECRET, 5, &secret).unwrap();
    assert_eq!(both.protection(SECRET, 5, &after), Protection::Current);
    assert_eq!(of(&new).decrypt(SECRET, 5, &after).unwrap().expose(), secret.expose());
    assert!(of(&old).decrypt(SECRET, 5, &after).is_err());
}
