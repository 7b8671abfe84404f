//! Knows passwords that many people take.
//!
//! The list has 96 passwords of at least ten characters, written down for this program: what lists of leaked passwords
//! have in common, in the languages of the studio. Shorter ones are refused by their length. Beside the list, texts of one
//! repeated part and of neighbours on the keyboard count as used.

/// True for a password in lower case that many people take.
pub fn is_used(password: &str) -> bool {
    let plain = |text: &str| text.chars().map(plain_letter).collect::<String>();
    let bare = password.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    let is_listed = USED.contains(&password) || USED.contains(&plain(password).as_str());
    is_listed || WORDS.contains(&plain(bare).as_str()) || is_repeated(password) || is_row(password)
}

/// `p4ssw0rd` is read as `password`.
fn plain_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        other => other,
    }
}

/// One part of at most six characters, again and again.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=6).any(|size| chars.len() >= size * 2 && chars.iter().zip(&chars[size..]).all(|(a, b)| a == b))
}

/// A piece of a row of the keyboard, of the alphabet or of the digits, in either direction.
fn is_row(text: &str) -> bool {
    const ROWS: &[&str] = &[
        "12345678901234567890",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn",
        "abcdefghijklmnopqrstuvwxyz",
        "1q2w3e4r5t6y7u8i9o0p",
        "1qaz2wsx3edc4rfv5tgb6yhn",
        "qazwsxedcrfvtgbyhnujm",
    ];
    let turned: String = text.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(text) || row.contains(&turned))
}

/// Words of less than ten characters that are made longer by digits and marks.
const WORDS: &[&str] = &[
    "password",
    "passwort",
    "passord",
    "welcome",
    "qwerty",
    "qwertz",
    "azerty",
    "admin",
    "administrator",
    "iloveyou",
    "letmein",
    "football",
    "baseball",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "superman",
    "batman",
    "liverpool",
    "chelsea",
    "arsenal",
    "barcelona",
    "whatsapp",
    "transom",
    "studio",
    "operator",
    "hello",
    "hallo",
    "hola",
    "summer",
    "winter",
    "spring",
    "autumn",
    "sommer",
    "changeme",
    "secret",
    "master",
    "charlie",
    "abc",
    "asdf",
    "test",
    "guest",
];

const USED: &[&str] = &[
    "passw0rd12",
    "password12",
    "password123",
    "password1234",
    "password12345",
    "passwordpassword",
    "mypassword",
    "thepassword",
    "newpassword",
    "1password1",
    "passwort123",
    "contrasena",
    "contraseña",
    "contrasena1",
    "motdepasse",
    "motdepasse1",
    "senha12345",
    "minhasenha",
    "password01",
    "iloveyou12",
    "iloveyou123",
    "iloveyousomuch",
    "ilovemyself",
    "iloveyou2much",
    "jetaimejetaime",
    "tequieromucho",
    "teamomucho",
    "teamoteamo",
    "ichliebedich",
    "meinpasswort",
    "hallohallo",
    "schatzschatz",
    "administrator",
    "administrador",
    "administrateur",
    "superadmin",
    "adminadmin",
    "admin12345",
    "rootroot12",
    "letmein123",
    "letmeinnow",
    "welcome123",
    "welcome1234",
    "willkommen",
    "bienvenido",
    "bienvenue1",
    "benvenuto1",
    "bemvindo12",
    "qwerty1234",
    "qwerty12345",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop1",
    "qwertyuiop123",
    "qwertzuiop1",
    "azertyuiop1",
    "asdfghjkl1",
    "asdfasdfasdf",
    "zxcvbnm123",
    "zxcvbnm1234",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "q1w2e3r4t5",
    "q1w2e3r4t5y6",
    "1qazxsw23edc",
    "zaq12wsxcde3",
    "abcd123456",
    "abc123456789",
    "a123456789",
    "123456789a",
    "123456789q",
    "123qweasdzxc",
    "aa12345678",
    "0123456789",
    "0987654321",
    "9876543210",
    "1234567891",
    "12345678910",
    "123123123123",
    "1122334455",
    "5555555555",
    "1029384756",
    "3141592653",
    "1357924680",
    "michaeljordan",
    "manchester",
    "manchesterunited",
    "realmadrid",
    "barcelona1",
    "liverpool1",
    "basketball",
    "volleyball",
    "skateboard",
    "spongebob1",
    "hellokitty",
    "christopher",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_as_long_as_it_says() {
        assert_eq!(USED.len(), 96);
        let mut sorted = USED.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 96);
    }

    #[test]
    fn habits_are_known() {
        for used in
            ["p4ssw0rd!!", "welcome2026!", "abcabcabcabc", "0987654321", "poiuytrewq", "summer2026", "transom123"]
        {
            assert!(is_used(used), "{used}");
        }
        for other in ["correct horse", "three blind mice", "k2!vtransom-x"] {
            assert!(!is_used(other), "{other}");
        }
    }
}
