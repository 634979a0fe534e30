//! Claim → known or new; candidates come in through a trait.
