//! A document beside the revision before it → what it changes, its notes of correction, and the claims
//! that those touch.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::domain::{
    ClaimId, CodePoints, Comparison, CorrectionNote, Document, Extraction, Field, RevisionWords,
    SentenceChange, Span,
};
use crate::pipeline::corrections::{self, Earlier, Touched};
use crate::pipeline::{comparison, lexicon::corrections::may_hold_note};
use crate::store::writing::{ClaimIdentity, Draft, EarlierAppearance};
use crate::store::{Connection, Error};

/// What a revision is beside what was extracted from it.
pub(super) struct Revising<'e> {
    /// What was extracted, with the rebuttals that notes are.
    pub extraction: Cow<'e, Extraction>,
    /// What it changes of the revision before; `None` for the first.
    pub comparison: Option<Comparison>,
    notes: Vec<CorrectionNote>,
    touched: Vec<Vec<Touched>>,
    earlier: Vec<Earlier>,
}

/// The notes of a document; on a thread of its own where there may be one.
pub(super) async fn notes(document: &Document) -> Result<Vec<CorrectionNote>, Error> {
    let fields = [Field::Title, Field::Text];
    let may = fields.iter().any(|&field| may_hold_note(document.field(field)));
    if !may && document.corrections.is_empty() {
        return Ok(Vec::new());
    }
    let document = document.clone();
    on_a_thread(move || corrections::find(&document)).await
}

/// Compares a drafted revision with the one before, and links its notes; on a thread of its own, because
/// long texts take a CPU for a while.
pub(super) async fn revise<'e>(
    connection: &mut Connection,
    draft: &Draft,
    document: &Document,
    extraction: &'e Extraction,
    notes: Vec<CorrectionNote>,
) -> Result<Revising<'e>, Error> {
    let before = draft.previous_words(connection).await?;
    if before.is_none() && notes.is_empty() {
        return Ok(Revising {
            extraction: Cow::Borrowed(extraction),
            comparison: None,
            notes,
            touched: Vec::new(),
            earlier: Vec::new(),
        });
    }
    let stood = match notes.is_empty() {
        true => Vec::new(),
        false => draft.earlier_claims(connection, &document.language).await?,
    };
    let document = document.clone();
    let copy = (!notes.is_empty()).then(|| extraction.clone());
    let (comparison, notes, touched, earlier, corrected) = on_a_thread(move || {
        let comparison = before.map(|before| {
            let changes = comparison::compare(&before, &RevisionWords::from(&document));
            Comparison { before, changes }
        });
        let earlier = earlier(&stood, comparison.as_ref());
        let Some(mut extraction) = copy else {
            return (comparison, notes, Vec::new(), earlier, None);
        };
        let touched = corrections::link(&document, &extraction, &notes, &earlier);
        corrections::apply(&document, &mut extraction, &notes, &earlier, &touched);
        (comparison, notes, touched, earlier, Some(extraction))
    })
    .await?;
    let extraction = corrected.map_or(Cow::Borrowed(extraction), Cow::Owned);
    Ok(Revising { extraction, comparison, notes, touched, earlier })
}

impl Revising<'_> {
    /// The notes, each with the claim that it touches where it has no place to be a rebuttal with.
    pub fn notes(&self, identities: &[ClaimIdentity]) -> Vec<(CorrectionNote, Option<ClaimId>)> {
        let claim_of = |touched: Option<&Touched>| match touched? {
            Touched::Here(at) => identities.get(*at).map(|identity| identity.id),
            Touched::Earlier(at) => self.earlier.get(*at).map(|claim| claim.id),
        };
        let notes = self.notes.iter().zip(&self.touched);
        notes
            .map(|(note, touched)| {
                let claim = note.place.is_none().then(|| claim_of(touched.first())).flatten();
                (note.clone(), claim)
            })
            .collect()
    }
}

/// The claims of the revision before, each once, with whether this one changed a sentence of theirs.
fn earlier(stood: &[EarlierAppearance], comparison: Option<&Comparison>) -> Vec<Earlier> {
    let Some(comparison) = comparison else { return Vec::new() };
    let points = |field| CodePoints::new(comparison.before.field(field));
    let (title, text) = (points(Field::Title), points(Field::Text));
    let changed: Vec<Span> =
        comparison.changes.iter().filter_map(|change: &SentenceChange| change.before).collect();
    let mut found: Vec<Earlier> = Vec::new();
    let mut places: BTreeMap<ClaimId, usize> = BTreeMap::new();
    for place in stood {
        let points = if place.field == Field::Title { &title } else { &text };
        let span = points.bytes(place.start..place.end).map(|range| Span::new(place.field, range));
        let touches = span.is_some_and(|span| changed.iter().any(|change| change.overlaps(span)));
        let number = *places.entry(place.claim).or_insert_with(|| {
            found.push(Earlier {
                id: place.claim,
                text: place.text.clone(),
                told: false,
                changed: false,
            });
            found.len() - 1
        });
        if let Some(claim) = found.get_mut(number) {
            claim.told |= place.told;
            claim.changed |= touches || place.corrected;
        }
    }
    found
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Query(error.into()))
}
