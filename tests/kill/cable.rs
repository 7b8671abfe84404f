//! A network between a daemon and its database that can be cut: nothing passes in either direction, and no end is told.

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

pub struct Cable {
    pub port: u16,
    passes: watch::Sender<bool>,
}

impl Cable {
    /// Leads to the port `to` of this machine.
    pub async fn open(to: u16) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (passes, passing) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let passing = passing.clone();
                tokio::spawn(async move {
                    let mut opens = passing.clone();
                    let _ = opens.wait_for(|passes| *passes).await;
                    let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::join!(carry(near_in, far_out, passing.clone()), carry(far_in, near_out, passing));
                });
            }
        });
        Cable { port, passes }
    }

    pub fn cut(&self) {
        self.passes.send_replace(false);
    }

    /// Bytes that were on their way when the cable was cut arrive now.
    pub fn mend(&self) {
        self.passes.send_replace(true);
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut passing: watch::Receiver<bool>) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut bytes).await.unwrap_or(0);
        if passing.wait_for(|passes| *passes).await.is_err() {
            return;
        }
        if read == 0 || to.write_all(&bytes[..read]).await.is_err() {
            let _ = to.shutdown().await;
            return;
        }
    }
}
