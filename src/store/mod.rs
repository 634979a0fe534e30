//! Domain values ↔ Postgres; the only module that knows diesel.
