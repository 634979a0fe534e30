//! Postgres → the claims in memory, kept fresh.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Families, Found, KnownClaims, Linked, Meaning, is_near, links_of};
use crate::domain::ClaimId;
use crate::pipeline::matching::{
    LINK_RULES, Vector, encoder, meaning, relates, says_enough, terms,
};
use crate::store::links::NewLink;
use crate::store::{self, Connection, Pool};

/// How often new claims are looked for: a committed claim is found by its words after this time
/// and that of one query.
pub const EVERY: Duration = Duration::from_secs(1);

/// The longest pause after the database was away.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Claims asked for at once.
const PAGE: usize = 10_000;

/// Claims whose meaning is read at once, about a fifth of a second of a processor: what is new is
/// found by its words in between.
const READ_AT_ONCE: usize = 48;

/// How often the file is written, and claims that are gone from the database are looked for.
const FILE_EVERY: Duration = Duration::from_secs(600);

/// How long a stop waits for the file.
const LAST_FILE_WITHIN: Duration = Duration::from_secs(5);

/// Ids asked for at once.
const IDS: usize = 50_000;

/// Keeps known claims as the database has them.
#[derive(Debug)]
pub struct Keeper {
    known: Arc<KnownClaims>,
    pool: Pool,
    /// All claims recorded before this are known.
    until: Option<DateTime<Utc>>,
    /// Where they are kept for the next start.
    file: Option<PathBuf>,
    /// How many claims the file has, and how many of them without their meaning.
    filed: (usize, usize),
    /// Whether the file is to be written at once.
    due: bool,
}

impl Keeper {
    /// One that has looked at nothing yet.
    pub fn new(known: Arc<KnownClaims>, pool: Pool) -> Self {
        Keeper { known, pool, until: None, file: None, filed: (0, 0), due: false }
    }

    /// As it is, with a file that claims are kept in for the next start.
    pub fn keeping_file(self, file: Option<PathBuf>) -> Self {
        Keeper { file, ..self }
    }

    /// Takes up what the file has, and what of the database it has not; answers whether it was of use.
    ///
    /// A file that is not whole, or has a claim that the database no longer has, is of none: it is
    /// removed and made anew, since its words may be those that somebody had removed.
    ///
    /// # Errors
    /// [`store::Error::Unavailable`] when the database is away.
    pub async fn open_file(&mut self) -> Result<bool, store::Error> {
        let Some(file) = self.file.clone().filter(|file| file.exists()) else { return Ok(false) };
        let mut connection = self.pool.get().await?;
        let settled = store::claims::settled(&mut connection).await?;
        let there = ids(&connection).await?;
        let (known, path) = (self.known.clone(), file.clone());
        let loaded = tokio::task::spawn_blocking(move || {
            let unread = known.load(&path, |ids| ids.iter().all(|id| there.contains(id)));
            (unread, there)
        });
        let (loaded, mut there) = match loaded.await {
            Ok(loaded) => loaded,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        let unread = match loaded {
            Ok(Some(unread)) => unread,
            outcome => {
                let reason = match outcome {
                    Err(error) => error.to_string(),
                    Ok(_) => "it has claims that the database has not".to_owned(),
                };
                tracing::warn!(file = %file.display(), reason, "the file of known claims is made anew");
                remove(&file);
                return Ok(false);
            }
        };
        self.filed = self.known.counts();
        for id in self.known.ids() {
            there.remove(&id);
        }
        let new: Vec<ClaimId> = there.into_iter().collect();
        for (ids, is_new) in [(unread, false), (new, true)] {
            for ids in ids.chunks(PAGE) {
                let texts = store::claims::texts(&connection, ids).await?;
                let texts: Vec<(ClaimId, String)> =
                    texts.into_iter().map(|(id, claim)| (id, claim.text)).collect();
                match is_new {
                    true => self.add(texts).await,
                    false => self.known.reread(texts),
                }
                self.look_up_meanings(&connection, ids).await?;
            }
        }
        self.until = Some(settled);
        let (claims, _) = self.filed;
        tracing::info!(file = %file.display(), claims, "known claims taken up from their file");
        Ok(true)
    }

    /// Writes the file where it is behind what is known, without claims that are gone from the database by
    /// whatever way.
    ///
    /// # Errors
    /// [`store::Error::Unavailable`] when the database is away.
    pub async fn write_file(&mut self) -> Result<(), store::Error> {
        let Some(file) = self.file.clone() else { return Ok(()) };
        let there = ids(&*self.pool.get().await?).await?;
        let mut gone = self.known.ids();
        gone.retain(|id| !there.contains(id));
        self.forget(gone).await;
        let (known, filed) = (self.known.clone(), self.filed);
        let written = tokio::task::spawn_blocking(move || {
            let counts = known.counts();
            if counts != filed
                && let Err(error) = known.save(&file)
            {
                tracing::warn!(file = %file.display(), %error, "cannot keep the known claims in a file");
                return filed;
            }
            counts
        });
        match written.await {
            Ok(counts) => self.filed = counts,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
        self.due = false;
        Ok(())
    }

    /// Forgets claims. Where one of them was known the file has it, or soon would: that goes at once, and
    /// is due to be written again.
    async fn forget(&mut self, claims: Vec<ClaimId>) {
        if claims.is_empty() {
            return;
        }
        let (known, file) = (self.known.clone(), self.file.clone());
        let forgotten = tokio::task::spawn_blocking(move || {
            let forgotten = known.forget_some(&claims) > 0;
            if let Some(file) = file.filter(|_| forgotten) {
                remove(&file);
            }
            forgotten
        });
        match forgotten.await {
            Ok(true) => (self.filed, self.due) = ((0, 0), true),
            Ok(false) => {}
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    /// Adds claims by their words, on a thread that answers nothing else.
    async fn add(&self, claims: Vec<(ClaimId, String)>) {
        let known = self.known.clone();
        if let Err(panicked) = tokio::task::spawn_blocking(move || known.add(claims)).await {
            std::panic::resume_unwind(panicked.into_panic());
        }
    }

    /// Adds what is new with what is known of its meaning, and forgets what went with a redacted document.
    ///
    /// # Errors
    /// [`store::Error::Unavailable`] when the database is away; what was added stays.
    pub async fn look(&mut self) -> Result<(), store::Error> {
        let mut connection = self.pool.get().await?;
        // Who began before this instant and commits later is looked for again next time.
        let settled = store::claims::settled(&mut connection).await?;
        let mut after = self.until.map(|until| (until, ClaimId(uuid::Uuid::nil())));
        if let Some(until) = self.until {
            let gone = store::redaction::claims_since(&connection, until).await?;
            self.forget(gone).await;
        }
        loop {
            let page = store::claims::wordings(&connection, after, PAGE).await?;
            let full = page.len() == PAGE;
            after = page.last().map(|claim| (claim.recorded_at, claim.id)).or(after);
            let new: Vec<(ClaimId, String)> = page
                .into_iter()
                .filter(|claim| !self.known.knows(claim.id))
                .map(|claim| (claim.id, claim.text))
                .collect();
            let ids: Vec<ClaimId> = new.iter().map(|(id, _)| *id).collect();
            self.add(new).await;
            self.look_up_meanings(&connection, &ids).await?;
            if !full {
                break;
            }
        }
        self.until = Some(settled);
        Ok(())
    }

    async fn look_up_meanings(
        &self,
        connection: &Connection,
        claims: &[ClaimId],
    ) -> Result<(), store::Error> {
        if claims.is_empty() {
            return Ok(());
        }
        let stored = store::meanings::of(connection, encoder(), claims).await?;
        let stored = stored.into_iter().filter_map(|(id, bytes)| {
            // The schema holds the length; what it does not is read anew.
            Some((id, Meaning::from_bytes(&bytes)?))
        });
        self.known.set_meanings(stored);
        Ok(())
    }

    /// Reads the meaning of some claims that have none, the newest first, links them with those
    /// they are on one matter with, and keeps both; answers how many are left.
    ///
    /// # Errors
    /// [`store::Error::Unavailable`] when the database is away; what was read is known then, but
    /// neither kept nor linked before the next start.
    pub async fn read_some(&self) -> Result<usize, store::Error> {
        let unread = self.known.unread(READ_AT_ONCE);
        if unread.is_empty() {
            return Ok(0);
        }
        // Another process may have read them since.
        let ids: Vec<ClaimId> = unread.iter().map(|(id, _)| *id).collect();
        self.look_up_meanings(&*self.pool.get().await?, &ids).await?;
        let unread: Vec<(ClaimId, String)> =
            unread.into_iter().filter(|(id, _)| self.known.is_unread(*id)).collect();
        let known = self.known.clone();
        let read = tokio::task::spawn_blocking(move || {
            let read: Vec<(ClaimId, String, Vector)> = unread
                .into_iter()
                .map(|(id, text)| {
                    let vector = meaning(&text);
                    (id, text, vector)
                })
                .collect();
            known.set_meanings(read.iter().map(|(id, _, vector)| (*id, Meaning::from(vector))));
            let near = near(&known, &read);
            (read, near)
        });
        let (read, near) = match read.await {
            Ok(read) => read,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        };
        let kept: Vec<(ClaimId, Vec<u8>)> =
            read.iter().map(|(id, _, vector)| (*id, Meaning::from(vector).to_bytes())).collect();
        let mut connection = self.pool.get().await?;
        let links = links(&connection, self.known.clone(), &read, near).await?;
        let method = format!("{} {}", encoder(), LINK_RULES);
        // Together: a claim whose meaning is kept has been looked for among the others.
        store::transaction(&mut connection, async |connection| {
            store::meanings::keep(connection, encoder(), &kept).await?;
            store::links::suggest(connection, &method, &links).await
        })
        .await?;
        Ok(self.known.counts().1)
    }

    /// Takes up the file, looks for what is new, every second, and reads meanings in between, until `stop`;
    /// writes the file from time to time and at the end.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut pause = EVERY;
        let mut opened = false;
        let mut filed_at = tokio::time::Instant::now();
        loop {
            let step = async {
                if !opened {
                    // At once where there is none: a process may be killed before its time comes.
                    self.due = !self.open_file().await?;
                    opened = true;
                }
                self.look().await?;
                let begun = tokio::time::Instant::now();
                while begun.elapsed() < EVERY && self.read_some().await? > 0 {}
                if self.due || filed_at.elapsed() >= FILE_EVERY {
                    filed_at = tokio::time::Instant::now();
                    self.write_file().await?;
                }
                Ok::<_, store::Error>(EVERY.saturating_sub(begun.elapsed()))
            };
            let wait = tokio::select! {
                done = step => done,
                () = &mut stop => break,
            };
            let wait = match wait {
                Ok(wait) => {
                    pause = EVERY;
                    wait
                }
                Err(error) => {
                    tracing::debug!(%error, "cannot look for new claims");
                    pause = (2 * pause).min(LONGEST_PAUSE);
                    pause
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = &mut stop => break,
            }
        }
        // What was not all taken up is no better than the file that is there.
        if self.until.is_some() {
            let last = tokio::time::timeout(LAST_FILE_WITHIN, self.write_file()).await;
            if !matches!(last, Ok(Ok(()))) {
                tracing::info!("the known claims of the last minutes are not in the file");
            }
        }
    }
}

/// The ids of all claims that the database has.
async fn ids(connection: &Connection) -> Result<HashSet<ClaimId>, store::Error> {
    let mut all = HashSet::new();
    let mut after = None;
    loop {
        let page = store::claims::ids(connection, after, IDS).await?;
        after = page.last().copied();
        let full = page.len() == IDS;
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

fn remove(file: &Path) {
    if let Err(error) = super::file::remove(file) {
        tracing::warn!(file = %file.display(), %error, "cannot remove the file of known claims");
    }
}

/// Other claims that a claim could be on one matter with.
type Near = Vec<Vec<Found>>;

/// Those of each claim that was read, if it says enough.
fn near(known: &KnownClaims, read: &[(ClaimId, String, Vector)]) -> Near {
    read.iter()
        .map(|(id, text, vector)| {
            if !says_enough(text) {
                return Vec::new();
            }
            let mut found = known.ask_by(&terms(text), vector);
            found.retain(|found| found.claim != *id && is_near(found));
            found
        })
        .collect()
}

/// Links of the claims that were read, the oldest first, as far as their language is one that the
/// rules know.
async fn links(
    connection: &Connection,
    known: Arc<KnownClaims>,
    read: &[(ClaimId, String, Vector)],
    near: Near,
) -> Result<Vec<NewLink>, store::Error> {
    let ids: Vec<ClaimId> = near.iter().flatten().map(|found| found.claim).collect();
    let ids: Vec<ClaimId> = ids.into_iter().chain(read.iter().map(|(id, ..)| *id)).collect();
    let mut texts = store::claims::texts(connection, &ids).await?;
    texts.retain(|_, claim| relates(&claim.language));
    let mut families = Families::default();
    for (claim, survivor) in store::merges::families(connection, &ids).await? {
        families.join(claim, survivor);
    }
    let ids = read.iter().map(|(id, ..)| *id);
    let mut read: Vec<(ClaimId, Vec<Found>)> =
        ids.zip(near).filter(|(id, _)| texts.contains_key(id)).collect();
    read.sort_by_key(|(id, _)| *id);
    let linked = tokio::task::spawn_blocking(move || {
        let text_of = |id: ClaimId| texts.get(&id).map(|claim| claim.text.as_str());
        let mut links = Vec::new();
        let unjudged: BTreeSet<ClaimId> = read.iter().map(|(id, _)| *id).collect();
        for (claim, mut found) in read {
            // The younger one of two that came in together is judged when the older one has its place.
            found.retain(|found| found.claim < claim || !unjudged.contains(&found.claim));
            let text = text_of(claim).unwrap_or_default();
            let linked = links_of(&known, &families, claim, text, found, text_of);
            families.take_up(claim, &linked);
            links.extend(linked.into_iter().map(|linked| new_link(claim, linked)));
        }
        links
    });
    match linked.await {
        Ok(links) => Ok(links),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

fn new_link(claim: ClaimId, linked: Linked) -> NewLink {
    let evidence = serde_json::json!({
        "scores": linked.found.evidence.scores,
        "places": linked.found.evidence.places,
        "wordings": linked.family.map(|(_, wordings)| wordings),
        "mean_closeness": linked.family.map(|(mean, _)| mean),
    });
    NewLink {
        claims: [claim, linked.found.claim],
        kind: linked.kind,
        state: linked.state,
        score: linked.found.score,
        evidence,
    }
}
