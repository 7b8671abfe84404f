//! Tests servers whose certificate is of an authority of the operator's own: refused with a sentence that names the cure,
//! and reached once that authority is trusted.

use super::{bot, ends, err, out, run, told, transom};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::{
    io::BufRead as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// How long a request may take that comes at once.
const PATIENCE: Duration = Duration::from_secs(30);
const NO_TRUST: &str = "the certificate of `localhost` is from an authority that this machine does not trust";
const CURE: &str = "add that authority's certificate to those of the system, or to the file that `SSL_CERT_FILE` names";

/// A server for `localhost`, and the addresses that it was asked for.
struct Private {
    port: u16,
    /// The certificate of its authority, in PEM.
    authority: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Private {
    async fn start() -> Private {
        transom::channel::client::install_crypto();
        let (own, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&own).unwrap();
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &authority, &own).unwrap();
        let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let settings = ServerConfig::builder().with_no_client_auth();
        let settings = settings.with_single_cert(vec![leaf.der().clone()], secret).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, asked) = (listener.local_addr().unwrap().port(), Arc::default());
        let server = Private { port, authority: pem(authority.der()), asked: Arc::clone(&asked) };
        let acceptor = TlsAcceptor::from(Arc::new(settings));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(acceptor.clone(), stream, Arc::clone(&asked)));
            }
        });
        server
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    fn has(&self, beginning: &str) -> bool {
        self.asked.lock().unwrap().iter().any(|path| path.starts_with(beginning))
    }
}

/// A client that refuses the certificate ends here.
async fn answer(acceptor: TlsAcceptor, stream: TcpStream, asked: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut stream = acceptor.accept(stream).await.ok()?;
    let (mut head, mut part) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        head.extend_from_slice(&part[..n]);
    }
    let path = String::from_utf8_lossy(&head).split(' ').nth(1)?.to_owned();
    asked.lock().unwrap().push(path);
    let answer =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

fn pem(der: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

const BOT: (&str, &str) = ("_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\nenv: [SHOP_URL]\n");
const ORDER: (&str, &str) = (
    "order.yaml",
    "flow: order\nwhen: [{message: order}]\nsteps:\n  - http: POST ${env.SHOP_URL}\n    on_error:\n      - say: ${error.text}\n      \
     - end\n  - say: It is ordered\n",
);

fn config(server: &Private) -> String {
    format!(
        "listen: 127.0.0.1:0\nbot: .\naccounts:\n  - name: acme\n    chatwoot: {{url: \"{}\", account: 7, inbox: 5, token: \
         person-token, secret: inbox-secret}}\nsenders:\n  - {{id: 1, account: acme, name: Sandbox, provider: sandbox, phone: \
         \"+15550000001\"}}\nflows: {{env: {{SHOP_URL: \"{}\"}}, allow_private: [127.0.0.0/8, \"::1/128\"]}}\nmcp:\n  - {{name: \
         calendar, url: \"{}\", allow_private: [127.0.0.0/8, \"::1/128\"]}}\nwebhooks:\n  to: [{{name: crm, account: acme, url: \
         \"{}\", secret: crm-secret-of-the-tests}}]\n",
        server.url("/chatwoot"),
        server.url("/shop"),
        server.url("/mcp"),
        server.url("/hook"),
    )
}

/// A running daemon with its log; killed on drop.
struct Serving {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Serving {
    fn start(mut command: Command) -> Serving {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let listens = |line: &str| line.contains("\"listen\"").then(String::new);
        let (_, rest) = told(child.stderr.take().unwrap(), listens);
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in rest.lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Serving { child, log }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// With the authorities of the system alone, or with those of this file.
fn trusting(mut command: Command, file: Option<&Path>) -> Command {
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    if let Some(file) = file {
        command.env("SSL_CERT_FILE", file);
    }
    command
}

async fn until(is: impl Fn() -> bool, what: &str) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The reply to an order, and the output of `mcp pull`.
async fn ordered(folder: &Path, trusted: Option<&Path>) -> (String, Output) {
    let (folder, trusted) = (folder.to_owned(), trusted.map(Path::to_owned));
    let commands = move || {
        let said = run(&folder, &["trigger", "message", "--text", "order", "--config", "config.yaml"]);
        ends(&said, 0);
        let pull = transom(&folder, &["mcp", "pull", "calendar", "--config", "config.yaml"]);
        (out(&said), trusting(pull, trusted.as_deref()).stdin(Stdio::null()).output().unwrap())
    };
    tokio::task::spawn_blocking(commands).await.unwrap()
}

async fn place() -> (Private, tempfile::TempDir) {
    let (server, folder) = (Private::start().await, bot(&[BOT, ORDER]));
    std::fs::write(folder.path().join("config.yaml"), config(&server)).unwrap();
    (server, folder)
}

fn serve(folder: &Path, trusted: Option<&Path>) -> Serving {
    Serving::start(trusting(transom(folder, &["serve", "--config", "config.yaml"]), trusted))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_authority_is_refused_with_a_sentence_that_names_the_cure() {
    let (server, folder) = place().await;
    let daemon = serve(folder.path(), None);
    let (said, pull) = ordered(folder.path(), None).await;
    assert!(said.contains(NO_TRUST) && said.contains(CURE), "{said}");
    ends(&pull, 1);
    let pulled = out(&pull) + &err(&pull);
    assert!(pulled.contains(NO_TRUST) && pulled.contains(CURE), "{pulled}");
    // One line for the webhook, and one for Chatwoot.
    let refused = || daemon.log.lock().unwrap().lines().filter(|line| line.contains(NO_TRUST)).count();
    until(|| refused() >= 2, "the log says why nothing is taken").await;
    assert!(server.asked.lock().unwrap().is_empty(), "nothing was said to a server that nobody trusts");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_in_the_file_of_the_environment_is_trusted() {
    let (server, folder) = place().await;
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &server.authority).unwrap();
    let _daemon = serve(folder.path(), Some(&file));
    let (said, _) = ordered(folder.path(), Some(&file)).await;
    assert!(said.contains("It is ordered"), "{said}");
    for path in ["/shop", "/hook", "/mcp", "/chatwoot/api/v1/accounts/7"] {
        until(|| server.has(path), &format!("{path} is asked")).await;
    }
}
