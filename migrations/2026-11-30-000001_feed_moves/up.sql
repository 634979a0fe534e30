create table feed_moves (
    key text constraint feed_moves_pkey primary key,
    url text not null,
    feed_id uuid not null constraint feed_moves_feed_fk references feeds (id) on delete cascade,
    moved_at timestamptz not null default clock_timestamp(),
    constraint feed_moves_url_length check (octet_length(url) between 1 and 2048),
    constraint feed_moves_key_length check (octet_length(key) between 1 and octet_length(url))
);
create index feed_moves_feed on feed_moves (feed_id);
comment on table feed_moves is
    'Addresses that a feed had before its server said that it moved for good (301, 308); whoever adds one of them again finds the feed where it is now. Like the feed''s own row a tool and not a fact: a feed that moves back has its address back.';
