//! Parses a `curl` command from the documentation: method, path, headers and body.

use reqwest::{Method, Url};

#[derive(Debug)]
pub struct Curl {
    pub method: Method,
    /// With its query; the host is left out.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Curl {
    pub fn parse(command: &str) -> Curl {
        let mut words = words(command).into_iter();
        assert_eq!(words.next().as_deref(), Some("curl"));
        let mut curl = Curl { method: Method::GET, path: String::new(), headers: Vec::new(), body: String::new() };
        while let Some(word) = words.next() {
            let mut next = || words.next().unwrap();
            match word.as_str() {
                "-X" | "--request" => curl.method = next().parse().unwrap(),
                "-H" | "--header" => {
                    let header = next();
                    let (name, value) = header.split_once(':').unwrap();
                    curl.headers.push((name.to_lowercase(), value.trim().to_owned()));
                }
                "-d" | "--data" => {
                    curl.body = next();
                    if curl.method == Method::GET {
                        curl.method = Method::POST;
                    }
                }
                "--url" => curl.path = path(&next()),
                url => curl.path = path(url),
            }
        }
        assert!(!curl.path.is_empty(), "{command}");
        curl
    }
}

fn path(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", url.path())
}

/// Splits as a shell does; a quoted text is one word.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            (_, Some(open)) if letter == open => quote = None,
            (_, Some(_)) => word.push(letter),
            ('\'' | '"', None) => (quote, begun) = (Some(letter), true),
            ('\\', None) => word.extend(letters.next().filter(|next| *next != '\n')),
            (_, None) if letter.is_whitespace() => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (_, None) => word.push(letter),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

#[test]
fn a_command_is_read_as_the_shell_would() {
    let curl = Curl::parse(
        "curl -X POST \"https://a.example/api/x?y=1\" \\\n  -H \"Authorization: Bearer K\" \\\n  -d '{\n  \"a\": \"b c\"\n}'",
    );
    assert_eq!((curl.method, curl.path.as_str()), (Method::POST, "/api/x?y=1"));
    assert_eq!(curl.headers, [("authorization".to_owned(), "Bearer K".to_owned())]);
    assert_eq!(curl.body, "{\n  \"a\": \"b c\"\n}");
    assert_eq!(Curl::parse("curl https://a.example/").method, Method::GET);
}
