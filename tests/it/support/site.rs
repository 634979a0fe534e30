//! A server on loopback that answers, or fails to, as a test wants it.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use claimtrail::fetch::{LookUp, Looking};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The host's name without its port.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// Headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// A server that hands each request with its connection to the test; ends when dropped.
pub struct Site {
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Site {
    /// Listens on a free port of loopback.
    pub async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Request, TcpStream) -> A + Clone + Send + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        Self::start_at("127.0.0.1", answer).await
    }

    /// Listens on a free port of this address of loopback, to be another host.
    pub async fn start_at<F, A>(host: &str, answer: F) -> Self
    where
        F: Fn(Request, TcpStream) -> A + Clone + Send + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answer = answer.clone();
                tokio::spawn(async move {
                    if let Some(request) = read_request(&mut stream).await {
                        answer(request, stream).await;
                    }
                });
            }
        });
        Site { address, serving }
    }

    /// An address on this server, under any name.
    pub fn url(&self, host: &str, path: &str) -> url::Url {
        format!("http://{host}:{}{path}", self.address.port()).parse().unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut head = vec![stream.read_u8().await.ok()?];
    if !head[0].is_ascii_uppercase() {
        // No HTTP: the beginning of an encrypted connection, most likely.
        say(stream, "400 Bad Request", b"").await;
        return None;
    }
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let host = headers.get("host")?.split(':').next()?.to_owned();
    Some(Request { host, path, headers })
}

/// Writes a whole answer; `head` is its status and headers, without a length. That the other side may
/// have gone is part of many tests.
pub async fn say(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let head =
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body).await;
    let _ = stream.shutdown().await;
}

/// Names for tests: those in the table, and loopback for all others.
#[derive(Debug, Default)]
pub struct Names {
    table: BTreeMap<String, Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    /// A table of names, each with its answers in order of asking; the last one stays. No address is no
    /// answer.
    pub fn new(table: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|it| it.parse().unwrap()).collect();
        let table = table
            .iter()
            .map(|(name, answers)| ((*name).to_owned(), answers.iter().map(parse).collect()))
            .collect();
        Arc::new(Names { table, asked: AtomicUsize::new(0) })
    }

    /// How often names were looked up.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl LookUp for Names {
    fn look_up(&self, host: &str) -> Looking {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        let found = match self.table.get(host) {
            Some(answers) => answers[before.min(answers.len() - 1)].clone(),
            None => vec![IpAddr::from([127, 0, 0, 1])],
        };
        let found =
            if found.is_empty() { Err(std::io::ErrorKind::NotFound.into()) } else { Ok(found) };
        Box::pin(std::future::ready(found))
    }
}
