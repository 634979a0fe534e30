//! The queue in Postgres and the workers that empty it; one file a job.
