//! Documents and extractions in a few lines. Spans are named by their words.

use std::ops::Range;

use chrono::{DateTime, Utc};
use claimtrail::domain::view::StoredDocument;
use claimtrail::domain::{
    Actor, ActorIndex, ActorKind, Appearance, Claim, CueKind, DateTimePrecision, Denial,
    DenialMention, DenierRole, Document, Extraction, ExtractorInfo, Mode, RebuttalKind, Span,
    Stance, StatedTime, Statement, StatementIndex,
};
use claimtrail::jobs::extract_document::{NewDocument, store};
use claimtrail::store::{Error, Pool, transaction};

/// A time to the second, as RFC 3339.
pub fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

/// A document under construction, with what an extractor would find in it.
#[derive(Debug, Clone)]
pub struct Story {
    pub document: Document,
    pub extraction: Extraction,
}

impl Story {
    /// An English document at an address of its outlet.
    pub fn new(url: &str, text: &str) -> Self {
        let mut story = Story::without_url(text);
        story.document.url = Some(url.parse().unwrap());
        story
    }

    /// An English document that has no address.
    pub fn without_url(text: &str) -> Self {
        Story {
            document: Document::from_text(text),
            extraction: Extraction {
                statements: Vec::new(),
                claims: Vec::new(),
                actors: Vec::new(),
                notes: Vec::new(),
                extractor: ExtractorInfo { version: "test".to_owned(), models: Default::default() },
            },
        }
    }

    /// Published then.
    pub fn published(mut self, time: &str) -> Self {
        self.document.published =
            Some(StatedTime { at: at(time), precision: DateTimePrecision::Second });
        self
    }

    /// With this headline.
    pub fn title(mut self, title: &str) -> Self {
        self.document.title = Some(title.to_owned());
        self
    }

    /// In this language.
    pub fn language(mut self, language: &str) -> Self {
        self.document.language = language.to_owned();
        self
    }

    /// The first place of `words` in the text.
    pub fn span(&self, words: &str) -> Span {
        let start = self.document.text.find(words).unwrap_or_else(|| panic!("no {words:?}"));
        let range: Range<usize> = start..start + words.len();
        Span::text(range)
    }

    /// An actor, mentioned where its name stands in the text.
    pub fn actor(&mut self, name: &str, kind: Option<ActorKind>) -> ActorIndex {
        let mentions =
            self.document.text.find(name).map(|start| Span::text(start..start + name.len()));
        self.extraction.actors.push(Actor {
            name: name.to_owned(),
            kind,
            roles: Vec::new(),
            aliases: Vec::new(),
            country: None,
            speaks_for: None,
            mentions: mentions.into_iter().collect(),
        });
        ActorIndex(self.extraction.actors.len() - 1)
    }

    /// A statement: source, cue and contents by their words.
    pub fn statement(
        &mut self,
        speaker: ActorIndex,
        source: &str,
        cue: &str,
        contents: &[&str],
    ) -> StatementIndex {
        let statement = Statement {
            source: vec![self.span(source)],
            cue: Some(self.span(cue)),
            cue_kind: CueKind::Verb,
            contents: contents.iter().map(|words| self.span(words)).collect(),
            speaker: Some(speaker),
            speaker_inferred: false,
            via: None,
            via_span: None,
            parent: None,
            mode: Mode::Indirect,
            stated: None,
            confidence: 0.9,
            rule: "test".to_owned(),
        };
        self.extraction.statements.push(statement);
        StatementIndex(self.extraction.statements.len() - 1)
    }

    /// A claim that begins to stand in this document.
    pub fn claim(&mut self, text: &str) -> ClaimBuilder<'_> {
        self.extraction.claims.push(Claim {
            text: text.to_owned(),
            check_worthiness: Some(0.5),
            confidence: 0.8,
            claimants: Vec::new(),
            appearances: Vec::new(),
            denials: Vec::new(),
        });
        ClaimBuilder { claim: self.extraction.claims.len() - 1, story: self }
    }

    /// What a request or file would bring.
    pub fn new_document(&self) -> NewDocument {
        NewDocument {
            document: self.document.clone(),
            received: self.document.text.clone().into_bytes(),
            media_type: "text/plain".to_owned(),
        }
    }

    /// Stores it with its extraction.
    pub async fn store(&self, pool: &Pool) -> Result<StoredDocument, Error> {
        let new = self.new_document();
        let mut connection = pool.get().await?;
        let extraction = &self.extraction;
        transaction(&mut connection, async |connection| store(connection, &new, extraction).await)
            .await
    }
}

/// A claim of a [`Story`].
pub struct ClaimBuilder<'s> {
    story: &'s mut Story,
    claim: usize,
}

impl ClaimBuilder<'_> {
    fn claim(&mut self) -> &mut Claim {
        &mut self.story.extraction.claims[self.claim]
    }

    /// Stands in these words.
    pub fn appears(self, stance: Stance, words: &str) -> Self {
        self.appears_in(stance, words, None)
    }

    /// Stands in these words of a statement.
    pub fn appears_in(
        mut self,
        stance: Stance,
        words: &str,
        statement: Option<StatementIndex>,
    ) -> Self {
        let span = self.story.span(words);
        self.claim().appearances.push(Appearance { stance, span, statement });
        self
    }

    /// Asserted by this actor.
    pub fn claimed_by(mut self, actor: ActorIndex) -> Self {
        self.claim().claimants.push(actor);
        self
    }

    /// How sure and how check-worthy it is.
    pub fn scores(mut self, confidence: f32, check_worthiness: f32) -> Self {
        self.claim().confidence = confidence;
        self.claim().check_worthiness = Some(check_worthiness);
        self
    }

    /// Denied by this actor, with this cue.
    pub fn denied_by(self, denier: ActorIndex, cue: &str) -> Self {
        self.rebutted(RebuttalKind::Denial, Some(denier), DenierRole::Party, None, cue)
    }

    /// Called false by the article itself.
    pub fn debunked(self, cue: &str, label: &str) -> Self {
        self.rebutted(RebuttalKind::Debunk, None, DenierRole::Outlet, Some(label), cue)
    }

    /// Spoken against in whatever way.
    pub fn rebutted(
        mut self,
        kind: RebuttalKind,
        denier: Option<ActorIndex>,
        denier_role: DenierRole,
        label: Option<&str>,
        cue: &str,
    ) -> Self {
        let mention = DenialMention {
            cue: self.story.span(cue),
            denier: None,
            denied: None,
            via: None,
            statement: None,
            rule: "test".to_owned(),
        };
        self.claim().denials.push(Denial {
            denier,
            denier_role,
            via: None,
            label: label.map(str::to_owned),
            kind,
            stated: None,
            confidence: 0.7,
            mentions: vec![mention],
        });
        self
    }
}
