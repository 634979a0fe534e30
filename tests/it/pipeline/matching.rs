//! Which claims are one, and which are not.

use claimtrail::domain::ClaimId;
use claimtrail::pipeline::matching::{Candidate, Candidates, Decision, canonical_key, decide};

/// Every known claim is offered, as an index without any sense of likeness would.
struct All(Vec<Candidate>);

impl Candidates for All {
    fn candidates(&self, _text: &str, _key: &str) -> Vec<Candidate> {
        self.0.clone()
    }
}

fn known(texts: &[&str]) -> All {
    let candidate = |text: &&str| Candidate { id: ClaimId::new(), key: canonical_key(text) };
    All(texts.iter().map(candidate).collect())
}

/// Case C50: a short text matches what it says and nothing longer, nor its opposite.
#[test]
fn a_short_text_matches_nothing_but_its_own_words() {
    let all = known(&["Not fake news", "Fake news about the pier", "No", "News", "It is no hoax."]);
    for short in ["“Fake news!”", "Fake", "Hoax!", "Not news", "…", "?!"] {
        assert_eq!(decide(short, &all), Decision::New, "{short}");
    }
    assert_eq!(decide("“Not fake news!”", &all), Decision::Known(all.0[0].id));
}

/// Case C44, for claims: marks that no reader sees do not make another claim.
#[test]
fn invisible_marks_do_not_make_another_claim() {
    let all = known(&["Au\u{df}enminister dementiert"]);
    let marked = "Au\u{df}en\u{ad}minister de\u{200b}mentiert";
    assert_eq!(decide(marked, &all), Decision::Known(all.0[0].id));
}
