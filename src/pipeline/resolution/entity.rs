//! Somebody or something that a document names.

use crate::pipeline::lexicon::people::Gender;

/// What an entity is, as far as the document tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityKind {
    /// A human being.
    Person,
    /// A company, party, agency, university …
    Organisation,
    /// A state, or the government behind its name or its seat.
    Government,
    /// Several people without a body.
    Group,
    /// Whoever publishes.
    Outlet,
    /// A place that is nobody.
    Place,
}

/// Somebody or something that a document names.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// The fullest name in the document.
    pub name: String,
    /// What it is; `None` where the document does not tell.
    pub kind: Option<EntityKind>,
    /// How a person is spoken of.
    pub gender: Option<Gender>,
    /// Several are meant.
    pub plural: bool,
    /// Offices, as worded.
    pub roles: Vec<String>,
    /// Other names and descriptions, in order of first use.
    pub aliases: Vec<String>,
    /// The state it belongs to or stands for.
    pub state: Option<String>,
    /// The entity it speaks for.
    pub speaks_for: Option<usize>,
    /// How often it is named.
    pub count: usize,
}

impl Entity {
    /// A new one with a name.
    pub fn named(name: &str) -> Self {
        Entity {
            name: name.to_owned(),
            kind: None,
            gender: None,
            plural: false,
            roles: Vec::new(),
            aliases: Vec::new(),
            state: None,
            speaks_for: None,
            count: 0,
        }
    }

    /// Notes another name for it.
    pub fn alias(&mut self, name: &str) {
        let known = self.name == name || self.aliases.iter().any(|alias| alias == name);
        if !known && !name.is_empty() {
            self.aliases.push(name.to_owned());
        }
    }

    /// Notes an office.
    pub fn role(&mut self, role: &str) {
        if !role.is_empty() && !self.roles.iter().any(|known| known.eq_ignore_ascii_case(role)) {
            self.roles.push(role.to_owned());
        }
    }

    /// Whether it may be spoken of as "he" or "she".
    pub fn may_be_person(&self) -> bool {
        matches!(self.kind, None | Some(EntityKind::Person))
    }
}
