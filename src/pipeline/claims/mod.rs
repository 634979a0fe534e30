//! Statements → Claims and Denials, each claim worded as a sentence that stands alone.
