//! Names, titles and pronouns → Actors; who speaks for whom; "such claims".
