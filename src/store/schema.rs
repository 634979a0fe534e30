// @generated automatically by Diesel CLI.

diesel::table! {
    actor_affiliations (id) {
        id -> Uuid,
        actor_id -> Uuid,
        speaks_for_id -> Uuid,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    actor_aliases (id) {
        id -> Uuid,
        actor_id -> Uuid,
        form -> Text,
        alias -> Text,
        alias_key -> Text,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    actor_keys (actor_id, form, key) {
        actor_id -> Uuid,
        form -> Text,
        key -> Text,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    actor_members (id) {
        id -> Uuid,
        actor_id -> Uuid,
        survivor_id -> Uuid,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    actor_mentions (revision_id, actor_id, ordinal, recorded_at) {
        revision_id -> Uuid,
        actor_id -> Uuid,
        ordinal -> Int4,
        field -> Text,
        span_start -> Int4,
        span_end -> Int4,
        quote -> Text,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    actor_merges (id) {
        id -> Uuid,
        actor_id -> Uuid,
        into_id -> Uuid,
        reason -> Text,
        merged_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    actor_sightings (revision_id, actor_id, form, alias_key, recorded_at) {
        revision_id -> Uuid,
        actor_id -> Uuid,
        form -> Text,
        alias -> Text,
        alias_key -> Text,
        field -> Text,
        span_start -> Int4,
        span_end -> Int4,
        quote -> Text,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    actors (id) {
        id -> Uuid,
        name -> Text,
        name_key -> Text,
        kind -> Nullable<Text>,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        apart -> Text,
    }
}

diesel::table! {
    appearances (id) {
        id -> Uuid,
        claim_id -> Uuid,
        revision_id -> Uuid,
        statement_id -> Nullable<Uuid>,
        stance -> Text,
        field -> Text,
        span_start -> Int4,
        span_end -> Int4,
        quote -> Text,
        stated_at -> Nullable<Timestamptz>,
        stated_precision -> Nullable<Text>,
        confidence -> Float4,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        member_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Uuid,
        action -> Text,
        subject_id -> Uuid,
        acted_by -> Text,
        reason -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    claim_edits (id) {
        id -> Uuid,
        claim_id -> Uuid,
        text -> Nullable<Text>,
        tags -> Array<Nullable<Text>>,
        note -> Nullable<Text>,
        status -> Nullable<Text>,
        edited_by -> Text,
        reason -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    claim_meanings (claim_id) {
        claim_id -> Uuid,
        encoder -> Text,
        meaning -> Bytea,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    claim_members (id) {
        id -> Uuid,
        claim_id -> Uuid,
        survivor_id -> Uuid,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    claim_status_events (id) {
        id -> Uuid,
        claim_id -> Uuid,
        status -> Text,
        previous -> Nullable<Text>,
        reasons -> Jsonb,
        rules -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    claim_subjects (id) {
        id -> Uuid,
        claim_id -> Uuid,
        actor_id -> Uuid,
        revision_id -> Uuid,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        member_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    claim_summaries (id) {
        id -> Uuid,
        claim_id -> Uuid,
        status -> Text,
        confidence -> Float4,
        appearances -> Int4,
        rebuttals -> Int4,
        documents -> Int4,
        outlets -> Int4,
        first_stated_at -> Nullable<Timestamptz>,
        first_stated_precision -> Nullable<Text>,
        last_stated_at -> Nullable<Timestamptz>,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        reviews -> Int4,
        origins -> Int4,
    }
}

diesel::table! {
    claimants (id) {
        id -> Uuid,
        claim_id -> Uuid,
        actor_id -> Uuid,
        revision_id -> Nullable<Uuid>,
        appearance_id -> Nullable<Uuid>,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        member_id -> Nullable<Uuid>,
        review_revision_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    claims (id) {
        id -> Uuid,
        text -> Text,
        language -> Text,
        canonical_sha256 -> Bytea,
        check_worthiness -> Nullable<Float4>,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    correction_notes (revision_id, ordinal, recorded_at) {
        revision_id -> Uuid,
        ordinal -> Int4,
        kind -> Text,
        rule -> Text,
        field -> Nullable<Text>,
        span_start -> Nullable<Int4>,
        span_end -> Nullable<Int4>,
        quote -> Text,
        claim_id -> Nullable<Uuid>,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    corrections (id) {
        id -> Uuid,
        kind -> Text,
        document_id -> Uuid,
        revision_id -> Uuid,
        field -> Text,
        span_start -> Int4,
        span_end -> Int4,
        quote -> Text,
        claim_id -> Nullable<Uuid>,
        denier_id -> Nullable<Uuid>,
        denier_role -> Nullable<Text>,
        stance -> Nullable<Text>,
        rebuttal_kind -> Nullable<Text>,
        label -> Nullable<Text>,
        reason -> Text,
        corrected_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        split_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    denial_mention_spans (revision_id, mention_id, role) {
        revision_id -> Uuid,
        mention_id -> Uuid,
        role -> Text,
        field -> Text,
        span_start -> Int4,
        span_end -> Int4,
        quote -> Text,
    }
}

diesel::table! {
    denial_mentions (id) {
        id -> Uuid,
        denial_id -> Uuid,
        revision_id -> Uuid,
        statement_id -> Nullable<Uuid>,
        ordinal -> Int4,
        rule -> Text,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    denials (id) {
        id -> Uuid,
        claim_id -> Uuid,
        revision_id -> Uuid,
        kind -> Text,
        denier_id -> Nullable<Uuid>,
        denier_role -> Text,
        via_id -> Nullable<Uuid>,
        label -> Nullable<Text>,
        stated_at -> Nullable<Timestamptz>,
        stated_precision -> Nullable<Text>,
        confidence -> Float4,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        member_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    document_links (id) {
        id -> Uuid,
        document_id -> Uuid,
        same_as_id -> Uuid,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        merged -> Bool,
    }
}

diesel::table! {
    document_removals (id) {
        id -> Uuid,
        document_id -> Uuid,
        status -> Int4,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    document_revisions (id) {
        id -> Uuid,
        document_id -> Uuid,
        number -> Int4,
        title -> Nullable<Text>,
        text -> Text,
        title_length -> Int4,
        text_length -> Int4,
        authors -> Array<Nullable<Text>>,
        published_at -> Nullable<Timestamptz>,
        published_precision -> Nullable<Text>,
        language -> Text,
        sha256 -> Bytea,
        received -> Bytea,
        media_type -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    document_urls (id) {
        id -> Uuid,
        document_id -> Uuid,
        url -> Text,
        canonical -> Bool,
        recorded_at -> Timestamptz,
        key -> Text,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        stood_for_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    documents (id) {
        id -> Uuid,
        outlet_id -> Nullable<Uuid>,
        content_sha256 -> Nullable<Bytea>,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    extractions (id) {
        id -> Uuid,
        revision_id -> Uuid,
        extractor_version -> Text,
        models -> Jsonb,
        notes -> Jsonb,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    feed_entries (feed_id, key_sha256) {
        feed_id -> Uuid,
        key_sha256 -> Bytea,
        updated_at -> Nullable<Timestamptz>,
        seen_at -> Timestamptz,
        listed_at -> Timestamptz,
        queued_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    feed_moves (key) {
        key -> Text,
        url -> Text,
        feed_id -> Uuid,
        moved_at -> Timestamptz,
    }
}

diesel::table! {
    feeds (id) {
        id -> Uuid,
        url -> Text,
        key -> Text,
        kind -> Nullable<Text>,
        title -> Nullable<Text>,
        outlet -> Nullable<Text>,
        parent_id -> Nullable<Uuid>,
        depth -> Int4,
        since -> Nullable<Timestamptz>,
        interval_seconds -> Int4,
        paused -> Bool,
        gone_at -> Nullable<Timestamptz>,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        failures -> Int4,
        last_polled_at -> Nullable<Timestamptz>,
        last_result -> Nullable<Text>,
        last_error -> Nullable<Text>,
        last_entries -> Nullable<Int4>,
        last_queued -> Nullable<Int4>,
        next_poll_at -> Timestamptz,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    ingest_checkpoints (id) {
        id -> Uuid,
        path_sha256 -> Bytea,
        path -> Text,
        fingerprint -> Bytea,
        position -> Int8,
        line -> Int8,
        created -> Int8,
        revised -> Int8,
        unchanged -> Int8,
        refused -> Int8,
        saved_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        part -> Int8,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        state -> Text,
        payload -> Jsonb,
        attachment -> Nullable<Bytea>,
        result -> Nullable<Jsonb>,
        error -> Nullable<Text>,
        attempts -> Int4,
        max_attempts -> Int4,
        run_after -> Timestamptz,
        locked_until -> Nullable<Timestamptz>,
        locked_by -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        request_id -> Nullable<Uuid>,
        interruptions -> Int4,
    }
}

diesel::table! {
    link_judgements (id) {
        id -> Uuid,
        link_id -> Uuid,
        kind -> Text,
        state -> Text,
        method -> Text,
        score -> Nullable<Float4>,
        evidence -> Jsonb,
        judged_by -> Nullable<Text>,
        reason -> Nullable<Text>,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    links (id) {
        id -> Uuid,
        claim_id -> Uuid,
        other_id -> Uuid,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    merges (id) {
        id -> Uuid,
        claim_id -> Uuid,
        into_id -> Uuid,
        link_id -> Nullable<Uuid>,
        reason -> Text,
        merged_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    outlets (id) {
        id -> Uuid,
        key -> Text,
        name -> Text,
        domain -> Nullable<Text>,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    rebuttals (id) {
        id -> Uuid,
        claim_id -> Uuid,
        kind -> Text,
        denial_id -> Nullable<Uuid>,
        stated_at -> Nullable<Timestamptz>,
        stated_precision -> Nullable<Text>,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        review_revision_id -> Nullable<Uuid>,
        member_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    redacted_claims (claim_id) {
        claim_id -> Uuid,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    review_claims (id) {
        id -> Uuid,
        review_id -> Uuid,
        claim_id -> Uuid,
        member_id -> Nullable<Uuid>,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    review_revisions (id) {
        id -> Uuid,
        review_id -> Uuid,
        number -> Int4,
        outlet_id -> Nullable<Uuid>,
        url -> Nullable<Text>,
        title -> Nullable<Text>,
        publisher -> Nullable<Text>,
        publisher_url -> Nullable<Text>,
        authors -> Jsonb,
        published_at -> Nullable<Timestamptz>,
        published_precision -> Nullable<Text>,
        modified_at -> Nullable<Timestamptz>,
        modified_precision -> Nullable<Text>,
        claim_published -> Text,
        claimants -> Jsonb,
        claim_stated_at -> Nullable<Timestamptz>,
        claim_stated_precision -> Nullable<Text>,
        appearances -> Jsonb,
        rating_words -> Nullable<Text>,
        rating_value -> Nullable<Float8>,
        rating_best -> Nullable<Float8>,
        rating_worst -> Nullable<Float8>,
        rating_explanation -> Nullable<Text>,
        verdict -> Text,
        verdict_from -> Text,
        language -> Text,
        unread -> Jsonb,
        raw -> Text,
        raw_sha256 -> Bytea,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    reviews (id) {
        id -> Uuid,
        claim_id -> Uuid,
        key_sha256 -> Bytea,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    revision_bands (revision_id, band) {
        revision_id -> Uuid,
        band -> Int8,
    }
}

diesel::table! {
    revision_changes (revision_id, ordinal) {
        revision_id -> Uuid,
        ordinal -> Int4,
        kind -> Text,
        field -> Text,
        before_start -> Nullable<Int4>,
        before_end -> Nullable<Int4>,
        after_start -> Nullable<Int4>,
        after_end -> Nullable<Int4>,
    }
}

diesel::table! {
    revision_origins (revision_id) {
        revision_id -> Uuid,
        origin_id -> Uuid,
        method -> Text,
        resemblance -> Nullable<Float4>,
        credit -> Nullable<Text>,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        source_key -> Nullable<Text>,
    }
}

diesel::table! {
    statement_spans (revision_id, statement_id, role, ordinal) {
        revision_id -> Uuid,
        statement_id -> Uuid,
        role -> Text,
        ordinal -> Int4,
        field -> Text,
        span_start -> Int4,
        span_end -> Int4,
        quote -> Text,
    }
}

diesel::table! {
    statements (id) {
        id -> Uuid,
        revision_id -> Uuid,
        ordinal -> Int4,
        speaker_id -> Nullable<Uuid>,
        speaker_inferred -> Bool,
        via_id -> Nullable<Uuid>,
        parent_id -> Nullable<Uuid>,
        cue_kind -> Text,
        mode -> Text,
        confidence -> Float4,
        rule -> Text,
        extractor_version -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
        stated_at -> Nullable<Timestamptz>,
        stated_precision -> Nullable<Text>,
    }
}

diesel::table! {
    tombstone_digests (document_id, digest) {
        document_id -> Uuid,
        digest -> Bytea,
    }
}

diesel::table! {
    tombstones (document_id) {
        document_id -> Uuid,
        reason -> Text,
        redacted_by -> Text,
        recorded_at -> Timestamptz,
        superseded_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(actor_aliases -> actors (actor_id));
diesel::joinable!(actor_keys -> actors (actor_id));
diesel::joinable!(actor_mentions -> actors (actor_id));
diesel::joinable!(actor_mentions -> document_revisions (revision_id));
diesel::joinable!(actor_sightings -> actors (actor_id));
diesel::joinable!(actor_sightings -> document_revisions (revision_id));
diesel::joinable!(appearances -> document_revisions (revision_id));
diesel::joinable!(claim_edits -> claims (claim_id));
diesel::joinable!(claim_meanings -> claims (claim_id));
diesel::joinable!(claim_status_events -> claims (claim_id));
diesel::joinable!(claim_subjects -> actors (actor_id));
diesel::joinable!(claim_subjects -> document_revisions (revision_id));
diesel::joinable!(claim_summaries -> claims (claim_id));
diesel::joinable!(claimants -> actors (actor_id));
diesel::joinable!(claimants -> appearances (appearance_id));
diesel::joinable!(claimants -> document_revisions (revision_id));
diesel::joinable!(claimants -> review_revisions (review_revision_id));
diesel::joinable!(correction_notes -> claims (claim_id));
diesel::joinable!(correction_notes -> document_revisions (revision_id));
diesel::joinable!(corrections -> actors (denier_id));
diesel::joinable!(corrections -> claims (claim_id));
diesel::joinable!(corrections -> document_revisions (revision_id));
diesel::joinable!(corrections -> documents (document_id));
diesel::joinable!(denials -> document_revisions (revision_id));
diesel::joinable!(document_removals -> documents (document_id));
diesel::joinable!(document_revisions -> documents (document_id));
diesel::joinable!(documents -> outlets (outlet_id));
diesel::joinable!(extractions -> document_revisions (revision_id));
diesel::joinable!(feed_entries -> feeds (feed_id));
diesel::joinable!(feed_moves -> feeds (feed_id));
diesel::joinable!(link_judgements -> links (link_id));
diesel::joinable!(merges -> links (link_id));
diesel::joinable!(rebuttals -> review_revisions (review_revision_id));
diesel::joinable!(review_claims -> reviews (review_id));
diesel::joinable!(review_revisions -> outlets (outlet_id));
diesel::joinable!(review_revisions -> reviews (review_id));
diesel::joinable!(reviews -> claims (claim_id));
diesel::joinable!(revision_bands -> document_revisions (revision_id));
diesel::joinable!(revision_changes -> document_revisions (revision_id));
diesel::joinable!(revision_origins -> document_revisions (revision_id));
diesel::joinable!(statements -> document_revisions (revision_id));
diesel::joinable!(tombstone_digests -> tombstones (document_id));

diesel::allow_tables_to_appear_in_same_query!(
    actor_affiliations,
    actor_aliases,
    actor_keys,
    actor_members,
    actor_mentions,
    actor_merges,
    actor_sightings,
    actors,
    appearances,
    audit_log,
    claim_edits,
    claim_meanings,
    claim_members,
    claim_status_events,
    claim_subjects,
    claim_summaries,
    claimants,
    claims,
    correction_notes,
    corrections,
    denial_mention_spans,
    denial_mentions,
    denials,
    document_links,
    document_removals,
    document_revisions,
    document_urls,
    documents,
    extractions,
    feed_entries,
    feed_moves,
    feeds,
    ingest_checkpoints,
    jobs,
    link_judgements,
    links,
    merges,
    outlets,
    rebuttals,
    redacted_claims,
    review_claims,
    review_revisions,
    reviews,
    revision_bands,
    revision_changes,
    revision_origins,
    statement_spans,
    statements,
    tombstone_digests,
    tombstones,
);
