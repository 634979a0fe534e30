create table feeds (
    id uuid constraint feeds_pkey primary key,
    url text not null,
    key text not null constraint feeds_key_unique unique,
    kind text,
    title text,
    outlet text,
    parent_id uuid constraint feeds_parent_fk references feeds (id) on delete cascade,
    depth integer not null default 0,
    since timestamptz,
    interval_seconds integer not null,
    paused boolean not null default false,
    gone_at timestamptz,
    etag text,
    last_modified text,
    failures integer not null default 0,
    last_polled_at timestamptz,
    last_result text,
    last_error text,
    last_entries integer,
    last_queued integer,
    next_poll_at timestamptz not null default clock_timestamp(),
    recorded_at timestamptz not null default clock_timestamp(),
    constraint feeds_url_length check (octet_length(url) between 1 and 2048),
    constraint feeds_key_length check (octet_length(key) between 1 and octet_length(url)),
    constraint feeds_kind_known check (kind in ('rss', 'atom', 'json_feed', 'sitemap', 'sitemap_index')),
    constraint feeds_title_length check (char_length(title) between 1 and 500),
    constraint feeds_outlet_length check (char_length(outlet) between 1 and 200),
    -- an index of sitemaps may name another one; a site that goes on like that is not followed
    constraint feeds_depth_range check (depth between 0 and 3 and (depth = 0) = (parent_id is null)),
    constraint feeds_interval_range check (interval_seconds between 60 and 604800),
    constraint feeds_etag_length check (octet_length(etag) between 1 and 1024),
    constraint feeds_last_modified_length check (octet_length(last_modified) between 1 and 1024),
    constraint feeds_counts_positive check (least(failures, last_entries, last_queued) >= 0),
    constraint feeds_result_known check (last_result ~ '^[a-z][a-z0-9_]{0,39}$'),
    constraint feeds_result_paired check ((last_result is null) = (last_polled_at is null))
);
create index feeds_parent on feeds (parent_id);
create index feeds_recorded on feeds (recorded_at, id);
create index feeds_due on feeds (next_poll_at, id) where not paused and gone_at is null;
comment on table feeds is
    'What documents are fetched from: RSS, Atom, JSON Feed, sitemaps and their indexes, each known by the key of its address (see document_urls). A sitemap that an index names is a feed of its own below it. What a feed last answered is a tool and not a fact, so a row is overwritten; hence no superseded_at.';
comment on column feeds.since is
    'Entries dated before it are noted and not fetched: a sitemap names all that a site ever published.';
comment on column feeds.gone_at is
    'When the server said that the feed will not come back (410); it is not asked any more.';

create table feed_entries (
    feed_id uuid not null constraint feed_entries_feed_fk references feeds (id) on delete cascade,
    key_sha256 bytea not null,
    updated_at timestamptz,
    seen_at timestamptz not null default clock_timestamp(),
    listed_at timestamptz not null default clock_timestamp(),
    queued_at timestamptz,
    constraint feed_entries_pkey primary key (feed_id, key_sha256),
    constraint feed_entries_key_length check (octet_length(key_sha256) = 32)
);
-- Two feeds of one site name the same articles.
create index feed_entries_key on feed_entries (key_sha256);
comment on table feed_entries is
    'Which entries of a feed were seen, by the digest of their address''s key, and when their fetching was last queued: in the transaction that queued it, so that an entry is neither lost nor fetched twice. updated_at is what the feed said then; another time there queues it again. Rows that a feed no longer lists are removed after a time; the documents stay known by their addresses.';

alter table jobs
    drop constraint jobs_kind_known,
    add constraint jobs_kind_known check (kind in ('extract_document', 'fetch_document', 'poll_feed'));
create unique index jobs_one_poll_of_a_feed on jobs ((payload ->> 'feed'))
    where kind = 'poll_feed' and state in ('queued', 'running');
