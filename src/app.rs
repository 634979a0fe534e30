//! What handlers, pages and jobs are given: pool, limits and the pipeline's settings.
