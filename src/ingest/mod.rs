//! Bytes → Document: encoding, main text, left-over lines, language.
