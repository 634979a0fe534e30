//! A news site on loopback whose feeds and pages a test can change while it is being read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::site::{Site, say};

/// What a path answers with: a status line with headers, and a body.
pub type Answer = (String, Vec<u8>);

/// A question: its path, and the mark that was sent along.
type Asked = (String, Option<String>);

/// A site of paths; what is not there is 404.
pub struct Newsroom {
    pub site: Site,
    answers: Arc<Mutex<BTreeMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Newsroom {
    pub async fn new() -> Self {
        Self::at("127.0.0.1").await
    }

    /// At this address of loopback, to be another host.
    pub async fn at(host: &str) -> Self {
        let answers: Arc<Mutex<BTreeMap<String, Answer>>> = Arc::default();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (known, heard) = (answers.clone(), asked.clone());
        let site = Site::start_at(host, move |request, mut stream| {
            let (known, heard) = (known.clone(), heard.clone());
            async move {
                let mark = request.headers.get("if-none-match").cloned();
                let path = request.path.clone();
                heard.lock().unwrap().push((path.clone(), mark.clone()));
                let answer = known.lock().unwrap().get(&path).cloned();
                match answer {
                    Some((head, _)) if head == "silence" => {
                        // Longer than any test, and than the client waits.
                        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
                    }
                    Some((head, _)) if mark.is_some_and(|mark| head.contains(&mark)) => {
                        say(&mut stream, "304 Not Modified", b"").await;
                    }
                    Some((head, body)) => say(&mut stream, &head, &body).await,
                    None => say(&mut stream, "404 Not Found", b"").await,
                }
            }
        })
        .await;
        Newsroom { site, answers, asked }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        self.site.url(&self.site.address.ip().to_string(), path).into()
    }

    /// The flags of a service that may fetch from here, in no hurry.
    pub fn flags(&self) -> Vec<String> {
        let allowed = self.site.address.to_string();
        ["--fetch-allow", &allowed, "--fetch-pause", "1"].map(str::to_owned).into()
    }

    /// Has a path answer so from now on; an answer whose head names a mark is given once for it.
    pub fn put(&self, path: &str, head: &str, body: impl AsRef<[u8]>) {
        let answer = (head.to_owned(), body.as_ref().to_vec());
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Publishes an article at `/{number}` that says so much.
    pub fn publish(&self, number: usize, words: &str) {
        let page = format!(
            "<html><head><title>Pier {number}</title></head><body><article><h1>Pier {number}</h1>\
             <p>{words}</p></article></body></html>"
        );
        self.put(&format!("/{number}"), "200 OK\r\nContent-Type: text/html; charset=utf-8", page);
    }

    /// Has `/feed` be an RSS of these articles, each with its time, and a mark of its own.
    pub fn list(&self, articles: &[(usize, &str)]) {
        let mark = format!("\"{articles:?}\"").replace(['"', ' ', ','], "_");
        let head = format!("200 OK\r\nContent-Type: application/rss+xml\r\nETag: \"{mark}\"");
        self.put("/feed", &head, self.rss(articles));
    }

    /// RSS of these articles.
    pub fn rss(&self, articles: &[(usize, &str)]) -> String {
        let items: String = articles
            .iter()
            .map(|(number, at)| {
                let time =
                    if at.is_empty() { String::new() } else { format!("<pubDate>{at}</pubDate>") };
                format!(
                    "<item><title>Pier {number}</title><link>{}</link>{time}</item>",
                    self.url(&format!("/{number}"))
                )
            })
            .collect();
        format!("<rss version=\"2.0\"><channel><title>Lorne Courier</title>{items}</channel></rss>")
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|(asked, _)| asked == path).count()
    }

    /// The marks that came with the questions for a path.
    pub fn marks(&self, path: &str) -> Vec<Option<String>> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(asked, _)| asked == path).map(|(_, mark)| mark.clone()).collect()
    }
}
