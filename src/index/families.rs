//! A claim that comes in, among those known → its links, and with whom it is one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Found, KnownClaims};
use crate::domain::{ClaimId, LinkKind, LinkState};
use crate::pipeline::matching::joining::{self, ASKED, ASKED_FROM};
use crate::pipeline::matching::{
    Certainty, Comparison, Relation, Way, comparison, link, says_enough,
};

/// Which claims are one: each under the claim that answers for it.
#[derive(Debug, Default)]
pub struct Families {
    survivors: BTreeMap<ClaimId, ClaimId>,
    members: BTreeMap<ClaimId, BTreeSet<ClaimId>>,
    /// Pairs that contradict each other, as far as they were told here.
    opposed: BTreeSet<[ClaimId; 2]>,
}

impl Families {
    /// The claim that answers for this one.
    pub fn survivor(&self, claim: ClaimId) -> ClaimId {
        self.survivors.get(&claim).copied().unwrap_or(claim)
    }

    /// All wordings of the claim that answers for this one, in the order of their ids.
    pub fn wordings(&self, claim: ClaimId) -> Vec<ClaimId> {
        let survivor = self.survivor(claim);
        let others = self.members.get(&survivor).into_iter().flatten().copied();
        let all: BTreeSet<ClaimId> = others.chain([survivor]).collect();
        all.into_iter().collect()
    }

    /// Makes two claims one, the older answering for both.
    pub fn join(&mut self, one: ClaimId, other: ClaimId) {
        let (one, other) = (self.survivor(one), self.survivor(other));
        if one == other {
            return;
        }
        let (into, from) = (one.min(other), one.max(other));
        let mut moved = self.members.remove(&from).unwrap_or_default();
        moved.insert(from);
        self.survivors.extend(moved.iter().map(|&claim| (claim, into)));
        self.members.entry(into).or_default().extend(moved);
    }

    /// Takes up the links of a claim as the database does: what contradicts is never one.
    pub fn take_up(&mut self, claim: ClaimId, links: &[Linked]) {
        for linked in links.iter().filter(|linked| linked.kind == LinkKind::Contradicts) {
            let pair = [claim, linked.found.claim];
            self.opposed.insert([pair[0].min(pair[1]), pair[0].max(pair[1])]);
        }
        for linked in links.iter().filter(|linked| linked.joins()) {
            if !self.holds_apart(claim, linked.found.claim) {
                self.join(claim, linked.found.claim);
            }
        }
    }

    fn holds_apart(&self, one: ClaimId, other: ClaimId) -> bool {
        let (ones, others) = (self.wordings(one), self.wordings(other));
        ones.iter().any(|&a| {
            others.iter().any(|&b| a != b && self.opposed.contains(&[a.min(b), a.max(b)]))
        })
    }
}

/// A claim that another one is linked with.
#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    /// Which one, and how it was found.
    pub found: Found,
    /// What they are to each other.
    pub kind: LinkKind,
    /// How sure that is.
    pub state: LinkState,
    /// The mean cosine over all wordings of the other claim, and how many these are, where that
    /// made it sure.
    pub family: Option<(f32, usize)>,
}

impl Linked {
    /// Whether both are one claim.
    pub fn joins(&self) -> bool {
        (self.kind, self.state) == (LinkKind::Same, LinkState::Confirmed)
    }
}

/// Whether a found claim is worth comparing with.
pub fn is_near(found: &Found) -> bool {
    Certainty::of(found.score) != Certainty::Unlikely
        || found.evidence.scores[Way::ClaimMeaning as usize] >= ASKED_FROM
}

/// The links of a claim whose meaning is known, the likeliest first: with each near claim by what the two
/// say, and surely with a claim that its wordings as a whole are close to. `text_of` tells the
/// wording of those that may be linked.
///
/// Takes a processor for some milliseconds.
pub fn links_of<'t>(
    known: &KnownClaims,
    families: &Families,
    claim: ClaimId,
    text: &str,
    found: Vec<Found>,
    text_of: impl Fn(ClaimId) -> Option<&'t str>,
) -> Vec<Linked> {
    if !says_enough(text) {
        return Vec::new();
    }
    let near: Vec<Near> = found
        .into_iter()
        .filter(|found| found.claim != claim && is_near(found))
        .filter_map(|found| {
            let other = text_of(found.claim).filter(|other| says_enough(other))?;
            let comparison = comparison(text, other);
            Some(Near { found, comparison, ordered: joining::compare(text, other) })
        })
        .collect();
    let sure = surely(known, families, claim, &near);
    near.into_iter()
        .filter_map(|Near { found, comparison, .. }| {
            let family = sure.get(&found.claim).copied();
            let (kind, state) = match family {
                Some((linked, ..)) => linked,
                None => link(found.score, comparison.relation)?,
            };
            Some(Linked { found, kind, state, family: family.map(|(_, mean, of)| (mean, of)) })
        })
        .collect()
}

/// A known claim that is worth comparing with.
struct Near {
    found: Found,
    comparison: Comparison,
    /// Which of two things is the greater is told by their order alone.
    ordered: bool,
}

impl Near {
    /// How both stand to each other where they are close as wholes: names in asides set nothing apart then.
    fn as_wholes(&self) -> Relation {
        match self.comparison {
            Comparison { by_asides: true, .. } => Relation::Same,
            Comparison { relation, .. } => relation,
        }
    }

    fn closeness(&self) -> f32 {
        self.found.evidence.scores[Way::ClaimMeaning as usize]
    }

    fn by_words(&self) -> f32 {
        joining::by_words(self.found.evidence.alone, self.comparison.by_names_alone)
    }
}

/// A known claim that the new one is close to as a whole.
struct Close<'n> {
    survivor: ClaimId,
    wordings: Vec<ClaimId>,
    /// Mean cosine with all wordings.
    mean: f32,
    /// What words add to it, on average over the nearest wordings.
    by_words: f32,
    /// The nearest wordings.
    nearest: Vec<&'n Near>,
}

type Sure = ((LinkKind, LinkState), f32, usize);

/// For each known claim that the new one is close to as a whole, the wording that is linked.
fn surely(
    known: &KnownClaims,
    families: &Families,
    claim: ClaimId,
    near: &[Near],
) -> BTreeMap<ClaimId, Sure> {
    let mut by_family: BTreeMap<ClaimId, Vec<&Near>> = BTreeMap::new();
    for one in near.iter().filter(|one| !one.ordered) {
        by_family.entry(families.survivor(one.found.claim)).or_default().push(one);
    }
    let mut close: Vec<Close<'_>> = by_family
        .into_iter()
        .filter_map(|(survivor, mut nearest)| {
            nearest.sort_by(|a, b| b.closeness().total_cmp(&a.closeness()));
            nearest.truncate(ASKED);
            let by_words = nearest.iter().map(|near| near.by_words()).sum::<f32>();
            let by_words = by_words / nearest.len() as f32;
            let wordings = families.wordings(survivor);
            let mean = known.closeness(&[claim], &wordings)?;
            joining::joined(mean, by_words, wordings.len()).then_some(Close {
                survivor,
                wordings,
                mean,
                by_words,
                nearest,
            })
        })
        .collect();
    close.sort_by(|a, b| {
        let order = (b.mean + b.by_words).total_cmp(&(a.mean + a.by_words));
        order.then(a.survivor.cmp(&b.survivor))
    });
    let mut sure = BTreeMap::new();
    let mut home = families.wordings(claim);
    let mut joined = false;
    for Close { wordings, mean, by_words, nearest, .. } in close {
        let relations: Vec<Relation> = nearest.iter().map(|near| near.as_wholes()).collect();
        let stands = joining::stands(&relations);
        let Some(linked) = joining::confirmed(stands) else { continue };
        let Some(Near { found, .. }) = nearest.into_iter().find(|near| near.as_wholes() == stands)
        else {
            continue;
        };
        if linked.0 == LinkKind::Same {
            // Late evidence joins two claims only if they are close as wholes.
            let both = known.closeness(&home, &wordings);
            let fewer = home.len().min(wordings.len());
            if joined && !both.is_some_and(|mean| joining::joined(mean, by_words, fewer)) {
                continue;
            }
            joined = true;
            home.extend(&wordings);
        }
        sure.insert(found.claim, (linked, mean, wordings.len()));
    }
    sure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Meaning;
    use crate::pipeline::matching::{meaning, terms};

    /// Claims that came in one after the other, and which of them were joined.
    fn come_in(texts: &[&str]) -> (Vec<ClaimId>, Families, Vec<Vec<Linked>>) {
        let ids: Vec<ClaimId> = texts.iter().map(|_| ClaimId::new()).collect();
        let (known, mut families) = (KnownClaims::default(), Families::default());
        let text_of = |id: ClaimId| Some(texts[ids.iter().position(|&known| known == id)?]);
        let links = ids
            .iter()
            .zip(texts)
            .map(|(&id, text)| {
                let vector = meaning(text);
                known.add([(id, (*text).to_owned())]);
                known.set_meanings([(id, Meaning::from(&vector))]);
                let found = known.ask_by(&terms(text), &vector);
                let links = links_of(&known, &families, id, text, found, text_of);
                families.take_up(id, &links);
                links
            })
            .collect();
        (ids, families, links)
    }

    #[test]
    fn headlines_of_one_matter_are_one_claim_and_their_denial_is_linked_as_its_opposite() {
        let (ids, families, links) = come_in(&[
            "Ferry Aurora sinks in Ostrel harbour",
            "Ostrel: ferry Aurora has sunk in the harbour",
            "Bread to cost twice as much from Monday",
            "Ferry Aurora did not sink in Ostrel harbour, owner says",
            "The ferry Aurora has sunk in the harbour of Ostrel",
        ]);
        assert_eq!(families.wordings(ids[4]), [ids[0], ids[1], ids[4]], "{links:?}");
        assert_eq!(families.wordings(ids[2]), [ids[2]]);
        assert_eq!(families.wordings(ids[3]), [ids[3]]);
        assert!(links[3].iter().any(|linked| linked.kind == LinkKind::Contradicts), "{links:?}");
        assert!(links[4].iter().any(|linked| linked.family.is_some_and(|(_, of)| of == 2)));
    }

    #[test]
    fn claims_that_contradict_each_other_are_not_joined_by_a_third() {
        let [a, b, c] = [ClaimId::new(), ClaimId::new(), ClaimId::new()];
        let linked = |claim, kind| Linked {
            found: Found { claim, score: 1.0, evidence: Default::default() },
            kind,
            state: LinkState::Confirmed,
            family: None,
        };
        let mut families = Families::default();
        families.take_up(b, &[linked(a, LinkKind::Contradicts)]);
        families.take_up(c, &[linked(a, LinkKind::Same), linked(b, LinkKind::Same)]);
        assert_eq!(families.wordings(c), [a, c]);
        assert_eq!(families.survivor(b), b);
    }
}
