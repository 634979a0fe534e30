//! The claims of the database in memory, while it grows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{ClaimIndex, FileError, Gone, Meaning, file};
use crate::domain::ClaimId;
use crate::pipeline::matching::{Evidence, Ranker, Vector, Way, encoder, meaning, readable, terms};

/// Known claims by id, to be asked while others are being added.
///
/// A claim is found by its words from when it is added on, and by its meaning once that has been
/// read, which takes some milliseconds of a processor.
#[derive(Debug, Default)]
pub struct KnownClaims {
    inner: RwLock<Inner>,
    /// Held by who writes the file.
    saving: Mutex<()>,
}

#[derive(Debug, Default)]
struct Inner {
    index: ClaimIndex,
    ids: Vec<ClaimId>,
    numbers: HashMap<ClaimId, u32>,
    /// The wording of each claim whose meaning is not known yet.
    unread: BTreeMap<u32, String>,
}

/// A known claim that a text could be about.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which one.
    pub claim: ClaimId,
    /// 0..1, how likely it is what the text is about.
    pub score: f32,
    /// How it was found.
    pub evidence: Evidence,
}

impl Found {
    /// The ways that found it.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        Way::ALL.into_iter().filter(|&way| self.evidence.places[way as usize].is_some())
    }
}

impl KnownClaims {
    /// A lock that a panic left behind guards whole entries: each is added at once.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds claims by their words, passing over those it has.
    ///
    /// Takes a processor for some milliseconds a hundred claims.
    pub fn add(&self, claims: impl IntoIterator<Item = (ClaimId, String)>) {
        // Outside of the lock: it takes longest.
        let claims = claims.into_iter().map(|(id, text)| (id, terms(&text), text));
        let claims: Vec<(ClaimId, Vec<String>, String)> = claims.collect();
        let mut inner = self.write();
        let inner = &mut *inner;
        for (id, terms, text) in claims {
            let number = inner.ids.len() as u32;
            if inner.numbers.contains_key(&id) {
                continue;
            }
            inner.numbers.insert(id, number);
            inner.ids.push(id);
            inner.index.add_terms(&terms, None);
            inner.unread.insert(number, text);
        }
    }

    /// Whether it has this claim.
    pub fn knows(&self, claim: ClaimId) -> bool {
        self.read().numbers.contains_key(&claim)
    }

    /// Whether it has this claim and does not know its meaning yet.
    pub fn is_unread(&self, claim: ClaimId) -> bool {
        let inner = self.read();
        inner.numbers.get(&claim).is_some_and(|number| inner.unread.contains_key(number))
    }

    /// Claims whose meaning is not known yet, those added last first.
    pub fn unread(&self, most: usize) -> Vec<(ClaimId, String)> {
        let inner = self.read();
        let unread = inner.unread.iter().rev().take(most);
        unread.map(|(&number, text)| (inner.ids[number as usize], text.clone())).collect()
    }

    /// Sets what claims mean, passing over those that it does not have.
    pub fn set_meanings(&self, meanings: impl IntoIterator<Item = (ClaimId, Meaning)>) {
        let mut inner = self.write();
        for (id, meaning) in meanings {
            if let Some(&number) = inner.numbers.get(&id) {
                inner.index.set_meaning(number, &meaning);
                inner.unread.remove(&number);
            }
        }
    }

    /// The mean cosine over all pairs of one and another of these claims, of those whose meaning is
    /// known; `None` if either side has none.
    pub fn closeness(&self, ones: &[ClaimId], others: &[ClaimId]) -> Option<f32> {
        let inner = self.read();
        let [(ones, a), (others, b)] = [ones, others].map(|claims| {
            inner.index.sum_of(claims.iter().filter_map(|claim| inner.numbers.get(claim).copied()))
        });
        let sum: f32 = ones.iter().zip(&others).map(|(x, y)| x * y).sum();
        (a > 0 && b > 0).then(|| sum / (a * b) as f32)
    }

    /// Puts all claims in a file, all or nothing.
    ///
    /// Takes seconds for a million; claims can be asked for meanwhile, and none is added.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        // Who began it may have been given up since, as at a stop, and goes on.
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = self.read();
        file::write(path, encoder(), &inner.index, &inner.ids)
    }

    /// Takes the claims of a file in place of those it has, if `are_there` finds nothing amiss with their
    /// ids; answers those whose meaning the file does not have. They are to be [told](Self::reread).
    ///
    /// # Errors
    /// Each [`FileError`]; nothing changes then.
    pub fn load(
        &self,
        path: &Path,
        are_there: impl FnOnce(&[ClaimId]) -> bool,
    ) -> Result<Option<Vec<ClaimId>>, FileError> {
        let (index, ids) = file::read(path, encoder())?;
        if !are_there(&ids) {
            return Ok(None);
        }
        let numbers: HashMap<ClaimId, u32> = ids.iter().copied().zip(0..).collect();
        let unread = (0..).zip(&ids).filter(|(number, _)| !index.is_meant(*number));
        let unread = unread.map(|(_, id)| *id).collect();
        *self.write() = Inner { index, ids, numbers, unread: BTreeMap::new() };
        Ok(Some(unread))
    }

    /// Tells the wordings of claims whose meaning is not known.
    pub fn reread(&self, claims: impl IntoIterator<Item = (ClaimId, String)>) {
        let mut inner = self.write();
        for (id, text) in claims {
            if let Some(&number) = inner.numbers.get(&id) {
                inner.unread.insert(number, text);
            }
        }
    }

    /// The ids of all claims, in the order they were added.
    pub fn ids(&self) -> Vec<ClaimId> {
        self.read().ids.clone()
    }

    /// Forgets all claims, as a process that starts anew.
    pub fn forget(&self) {
        *self.write() = Inner::default();
    }

    /// Forgets these claims, their words and their meanings, as if they had never been added; answers how
    /// many of them it had.
    ///
    /// Takes a processor for about a second for a million known claims, where one of them goes.
    pub fn forget_some(&self, claims: &[ClaimId]) -> usize {
        let mut inner = self.write();
        let inner = &mut *inner;
        let numbers: BTreeSet<u32> =
            claims.iter().filter_map(|claim| inner.numbers.remove(claim)).collect();
        if numbers.is_empty() {
            return 0;
        }
        let gone = Gone::of(inner.ids.len(), |number| numbers.contains(&number));
        inner.index.forget(&gone);
        gone.leave(&mut inner.ids);
        inner.numbers = inner.ids.iter().copied().zip(0..).collect();
        let unread = std::mem::take(&mut inner.unread).into_iter();
        inner.unread =
            unread.filter_map(|(number, text)| Some((gone.place_of(number)?, text))).collect();
        numbers.len()
    }

    /// Number of claims, and of those whose meaning is not known yet.
    pub fn counts(&self) -> (usize, usize) {
        let inner = self.read();
        (inner.ids.len(), inner.unread.len())
    }

    /// The claims that `text` could be about, the likeliest first; of equal ones the older.
    ///
    /// Takes a processor for some milliseconds: call it from a thread that answers nothing else.
    pub fn ask(&self, text: &str) -> Vec<Found> {
        let read = readable(text);
        let text = if read.is_empty() { text } else { &read };
        // Outside of the lock: it takes longest.
        let (words, meaning) = (terms(text), meaning(text));
        self.ask_by(&words, &meaning)
    }

    /// As [`KnownClaims::ask`], of a text whose words and meaning have been read.
    pub fn ask_by(&self, words: &[String], meaning: &Vector) -> Vec<Found> {
        let inner = self.read();
        let (numbers, evidence): (Vec<usize>, Vec<Evidence>) =
            inner.index.candidates_by(words, meaning).into_iter().unzip();
        let scores = Ranker::of_claims().scores(&evidence);
        let mut found: Vec<Found> = numbers
            .into_iter()
            .zip(scores)
            .zip(evidence)
            .map(|((number, score), evidence)| Found { claim: inner.ids[number], score, evidence })
            .collect();
        // Stable, and they stand in the order in which they were added.
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(texts: &[&str]) -> (KnownClaims, Vec<ClaimId>) {
        let ids: Vec<ClaimId> = texts.iter().map(|_| ClaimId::new()).collect();
        let known = KnownClaims::default();
        known.add(ids.iter().copied().zip(texts.iter().map(|&text| text.to_owned())));
        (known, ids)
    }

    fn read_all(known: &KnownClaims) {
        let unread = known.unread(usize::MAX);
        known.set_meanings(unread.iter().map(|(id, text)| (*id, Meaning::from(&meaning(text)))));
    }

    #[test]
    fn a_claim_is_found_by_words_at_once_and_by_meaning_once_it_is_read() {
        let (known, ids) = known(&["The ferry Aurora sank.", "Bread will cost twice as much."]);
        let found = known.ask("Did the Aurora ferry sink?");
        assert_eq!(found[0].claim, ids[0]);
        assert_eq!(found[0].ways().next(), Some(Way::ClaimWords));
        let by_meaning = |known: &KnownClaims| {
            let found = known.ask("loaf prices to double");
            found.into_iter().find(|found| found.claim == ids[1]).map(|found| found.score)
        };
        let before = by_meaning(&known).unwrap_or_default();
        assert_eq!(known.counts(), (2, 2));
        read_all(&known);
        assert_eq!(known.counts(), (2, 0));
        assert!(by_meaning(&known) > Some(before));
    }

    #[test]
    fn a_claim_that_comes_twice_stands_once() {
        let (known, ids) = known(&["The dam broke."]);
        known.add([(ids[0], "The dam broke.".to_owned())]);
        known.set_meanings([(ClaimId::new(), Meaning::default())]);
        assert_eq!(known.counts(), (1, 1));
    }

    #[test]
    fn what_was_saved_is_known_to_another_unless_its_claims_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known");
        let (known, ids) = known(&["The ferry Aurora sank.", "Bread will cost twice as much."]);
        known.set_meanings([(ids[0], Meaning::from(&meaning("The ferry Aurora sank.")))]);
        known.save(&path).unwrap();
        let other = KnownClaims::default();
        assert_eq!(other.load(&path, |saved| saved != ids).unwrap(), None);
        assert_eq!(other.counts(), (0, 0));
        assert_eq!(other.load(&path, |saved| saved == ids).unwrap(), Some(vec![ids[1]]));
        other.reread([(ids[1], "Bread will cost twice as much.".to_owned())]);
        assert_eq!((other.counts(), other.unread(9)), (known.counts(), known.unread(9)));
        assert_eq!(other.ask("Did the Aurora sink?"), known.ask("Did the Aurora sink?"));
        std::fs::write(&path, b"ctclaim1").unwrap();
        assert!(matches!(other.load(&path, |_| true), Err(FileError::Torn)));
        assert_eq!(other.counts().0, 2);
    }

    #[test]
    fn what_is_forgotten_leaves_nothing_behind_in_answers_or_file() {
        let folder = tempfile::tempdir().unwrap();
        let texts = [
            "The ferry Aurora sank.",
            "The ferry Mirelle sank off Lorne.",
            "Bread will cost twice as much.",
            "The mayor of Lorne has left.",
        ];
        let (known, ids) = known(&texts);
        known.set_meanings([0, 1, 2].map(|at| (ids[at], Meaning::from(&meaning(texts[at])))));
        assert_eq!(known.forget_some(&[ClaimId::new()]), 0);
        assert_eq!(known.forget_some(&[ids[1], ids[1], ClaimId::new()]), 1);
        let other = KnownClaims::default();
        other.add([0, 2, 3].map(|at| (ids[at], texts[at].to_owned())));
        other.set_meanings([0, 2].map(|at| (ids[at], Meaning::from(&meaning(texts[at])))));
        assert_eq!((known.ids(), known.unread(9)), (other.ids(), other.unread(9)));
        // Terms are added up in another order.
        let told = |known: &KnownClaims, text: &str| -> Vec<(ClaimId, f32)> {
            let found = known.ask(text).into_iter();
            found.map(|found| (found.claim, (1e4 * found.score).round())).collect()
        };
        for text in texts {
            assert_eq!(told(&known, text), told(&other, text), "{text}");
        }
        let [one, two] = [known, other].map(|known| {
            let path = folder.path().join("known");
            known.save(&path).unwrap();
            std::fs::read(path).unwrap()
        });
        assert!(!one.windows(5).any(|word| word == b"mirel"), "a word of the forgotten one alone");
        assert!(one.windows(5).any(|word| word == b"ferri"), "one that another has, too");
        assert_eq!(one.len(), two.len());
    }

    #[test]
    fn whoever_saves_while_another_does_leaves_a_whole_file_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known");
        let (known, ids) = known(&["The ferry Aurora sank.", "Bread will cost twice as much."]);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20).for_each(|_| known.save(&path).unwrap()));
            }
        });
        let other = KnownClaims::default();
        assert_eq!(other.load(&path, |saved| saved == ids).unwrap(), Some(ids));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_same_words_are_likelier_than_words_on_the_same_matter() {
        let (known, ids) = known(&[
            "The mayor of Ostrel has left the country.",
            "The mayor of Ostrel opened a school.",
            "A comet passed the moon.",
        ]);
        read_all(&known);
        let found = known.ask("The mayor of Ostrel has left the country");
        assert_eq!(found[0].claim, ids[0]);
        assert!(found[0].score > 0.9, "{found:?}");
        assert!(found[1].score < 0.5, "{found:?}");
    }
}
