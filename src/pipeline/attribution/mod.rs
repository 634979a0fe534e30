//! Sentences → Statements: cues, contents, sources and what links them.
