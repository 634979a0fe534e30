//! Data folder → a private Postgres: find binaries, initdb, start, stop. Knows no table.
