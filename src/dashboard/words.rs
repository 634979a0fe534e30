//! Statuses, stances, kinds and times in words for people.

use askama::Template;
use chrono::{DateTime, Datelike, NaiveTime, Timelike, Utc};

use crate::domain::status::{ReasonCode, Status};
use crate::domain::view::ReviewBrief;
use crate::domain::{
    ChangeKind, CorrectionKind, DateTimePrecision, DenierRole, NoteCode, RebuttalKind, Stance,
    StatedTime, Verdict,
};

/// A time for people and for machines, no more exact than it is known.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(source = r#"<time datetime="{{ machine }}">{{ people }}</time>"#, ext = "html")]
pub struct Moment {
    /// A date or time of HTML.
    machine: String,
    /// In words.
    people: String,
}

impl Moment {
    /// A time to its precision.
    pub fn new(at: DateTime<Utc>, precision: DateTimePrecision) -> Self {
        let (machine, people) = match precision {
            DateTimePrecision::Year => ("%Y", "%Y, month unknown"),
            DateTimePrecision::Month => ("%Y-%m", "%B %Y, day unknown"),
            DateTimePrecision::Day => ("%Y-%m-%d", "%-d %B %Y, time unknown"),
            DateTimePrecision::Minute => ("%Y-%m-%dT%H:%MZ", "%-d %B %Y, %H:%M UTC"),
            DateTimePrecision::Second if at.second() == 0 => {
                ("%Y-%m-%dT%H:%M:%SZ", "%-d %B %Y, %H:%M UTC")
            }
            DateTimePrecision::Second => ("%Y-%m-%dT%H:%M:%SZ", "%-d %B %Y, %H:%M:%S UTC"),
        };
        Moment { machine: at.format(machine).to_string(), people: at.format(people).to_string() }
    }

    /// When something was said, as far as known.
    pub fn stated(stated: StatedTime) -> Self {
        Moment::new(stated.at, stated.precision)
    }

    /// When something was learned; known exactly, shown to the minute.
    pub fn recorded(at: DateTime<Utc>) -> Self {
        Moment::new(at, DateTimePrecision::Minute)
    }

    /// A time whose precision nobody kept: without what is left open at its beginning, since
    /// midnight may be a day and the first of a month a month.
    pub fn unspecified(at: DateTime<Utc>) -> Self {
        let (machine, people) = match (at.day(), at.time() == NaiveTime::MIN) {
            (_, false) => return Moment::new(at, DateTimePrecision::Second),
            (1, true) => ("%Y-%m", "%B %Y"),
            (_, true) => ("%Y-%m-%d", "%-d %B %Y"),
        };
        Moment { machine: at.format(machine).to_string(), people: at.format(people).to_string() }
    }

    /// A time as somebody asked for it.
    pub fn asked(at: DateTime<Utc>) -> Self {
        Moment::new(at, DateTimePrecision::Second)
    }
}

/// A status as a sign that says itself in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Template)]
#[template(
    source = r#"<span class="status is-{{ status.as_str() }}">{{ self.name() }}</span>"#,
    ext = "html"
)]
pub struct StatusSign {
    /// Which.
    pub status: Status,
}

impl StatusSign {
    fn name(&self) -> &'static str {
        status_name(self.status)
    }
}

/// The name of a status.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Unverified => "Unverified",
        Status::Disputed => "Disputed",
        Status::Denied => "Denied",
        Status::Debunked => "Debunked",
        Status::Corrected => "Corrected",
        Status::Retracted => "Retracted",
        Status::Confirmed => "Confirmed",
    }
}

/// What a status tells, and what it does not.
pub fn status_meaning(status: Status) -> &'static str {
    match status {
        Status::Unverified => {
            "Nothing that is stored here speaks against it. That does not make it true."
        }
        Status::Disputed => {
            "It is spoken against, while somebody independent asserts it or a fact-check bears it out."
        }
        Status::Denied => {
            "Somebody says that it is not so, and nobody independent asserts it against that. A denial alone does not make it false."
        }
        Status::Debunked => {
            "An article, an outlet or a fact-check says in its own voice that it is false."
        }
        Status::Corrected => "Somebody took it back or corrected it.",
        Status::Retracted => "An outlet withdrew the report that carried it.",
        Status::Confirmed => {
            "Whoever denied it asserts it later, or fact-checks say that it is true."
        }
    }
}

/// One reason for a status, before the voices and places it stands on.
pub fn reason(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::NoRebuttal => "Nothing speaks against it",
        ReasonCode::Denied => "Denied",
        ReasonCode::Debunked => "Called false by the article or outlet",
        ReasonCode::Corrected => "Taken back or corrected",
        ReasonCode::Retracted => "The report was withdrawn",
        ReasonCode::AssertedIndependently => "Asserted by somebody else than the denier",
        ReasonCode::DenierAsserts => "Asserted later by who denied it",
        ReasonCode::ReviewedFalse => "Called false by a fact-check",
        ReasonCode::ReviewedTrue => "Borne out by a fact-check",
    }
}

/// What a place does to its claim.
pub fn stance(stance: Stance) -> &'static str {
    match stance {
        Stance::Asserts => "asserts it",
        Stance::Denies => "denies it",
        Stance::Reports => "reports it",
        Stance::Questions => "questions it",
    }
}

/// What a rebuttal does to its claim, after the name of who speaks.
pub fn rebuts(kind: RebuttalKind) -> &'static str {
    match kind {
        RebuttalKind::Denial => "denies it",
        RebuttalKind::Debunk => "says it is false",
        RebuttalKind::Correction => "corrects it",
        RebuttalKind::Retraction => "withdraws it",
        RebuttalKind::Review => "reviews it",
    }
}

/// Who speaks against a claim where nobody is named.
pub fn unnamed(kind: RebuttalKind) -> &'static str {
    match kind {
        RebuttalKind::Denial => "Somebody who is not named",
        _ => "The article itself",
    }
}

/// Who published a review, as the review says, else as we know them.
pub fn publisher(review: &ReviewBrief) -> Option<String> {
    review.publisher.clone().or_else(|| Some(review.outlet.as_ref()?.name.clone()))
}

/// What a verdict says, behind the name of the publisher.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::True => "finds it true",
        Verdict::MostlyTrue => "finds it mostly true",
        Verdict::Mixed => "finds it partly true",
        Verdict::MostlyFalse => "finds it mostly false",
        Verdict::False => "finds it false",
        Verdict::Unproven => "finds it unproven",
        Verdict::Other => "reviews it",
    }
}

/// Who the denier is to the claim; nothing where that is not known.
pub fn denier_role(role: DenierRole) -> Option<&'static str> {
    match role {
        DenierRole::Party => Some("a party to it"),
        DenierRole::ThirdParty => Some("not a party to it"),
        DenierRole::Outlet | DenierRole::Unknown => None,
    }
}

/// What kind of note an extractor left.
pub fn note(code: NoteCode) -> &'static str {
    match code {
        NoteCode::LanguageUnsupported => "Language not read",
        NoteCode::LanguageUndetermined => "Language not certain",
    }
}

/// What became of a sentence.
pub fn change_kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "Added",
        ChangeKind::Removed => "Removed",
        ChangeKind::Changed => "Changed",
        ChangeKind::Moved => "Moved",
    }
}

/// What a note of correction does.
pub fn correction_kind(kind: CorrectionKind) -> &'static str {
    match kind {
        CorrectionKind::Correction => "Correction",
        CorrectionKind::Retraction => "Retraction",
        CorrectionKind::Clarification => "Clarification",
    }
}

/// A number with its noun: "1 outlet", "6 outlets".
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A language as the `lang` attribute has it; empty where it cannot be told, as HTML wants it then.
pub fn lang(language: &str) -> &str {
    match language {
        "und" | "mul" => "",
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_no_more_exactly_than_it_is_known() {
        let at: DateTime<Utc> = "2026-04-06T00:00:00Z".parse().expect("a time");
        let later: DateTime<Utc> = "2026-04-06T15:30:07Z".parse().expect("a time");
        let told = |at, precision| Moment::new(at, precision).render().expect("HTML");
        for (at, precision, html) in [
            (at, DateTimePrecision::Year, r#"<time datetime="2026">2026, month unknown</time>"#),
            (
                at,
                DateTimePrecision::Month,
                r#"<time datetime="2026-04">April 2026, day unknown</time>"#,
            ),
            (
                at,
                DateTimePrecision::Day,
                r#"<time datetime="2026-04-06">6 April 2026, time unknown</time>"#,
            ),
            (
                later,
                DateTimePrecision::Minute,
                r#"<time datetime="2026-04-06T15:30Z">6 April 2026, 15:30 UTC</time>"#,
            ),
            (
                at,
                DateTimePrecision::Second,
                r#"<time datetime="2026-04-06T00:00:00Z">6 April 2026, 00:00 UTC</time>"#,
            ),
            (
                later,
                DateTimePrecision::Second,
                r#"<time datetime="2026-04-06T15:30:07Z">6 April 2026, 15:30:07 UTC</time>"#,
            ),
        ] {
            assert_eq!(told(at, precision), html);
        }
    }

    #[test]
    fn a_time_of_unknown_precision_promises_nothing() {
        for (at, told) in [
            ("2026-04-01T00:00:00Z", r#"<time datetime="2026-04">April 2026</time>"#),
            ("2026-04-06T00:00:00Z", r#"<time datetime="2026-04-06">6 April 2026</time>"#),
            (
                "2026-04-01T15:30:00Z",
                r#"<time datetime="2026-04-01T15:30:00Z">1 April 2026, 15:30 UTC</time>"#,
            ),
        ] {
            let moment = Moment::unspecified(at.parse().expect("a time"));
            assert_eq!(moment.render().expect("HTML"), told);
        }
    }

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!(
            [counted(0, "outlet"), counted(1, "outlet"), counted(2, "outlet")],
            ["0 outlets", "1 outlet", "2 outlets"]
        );
    }
}
