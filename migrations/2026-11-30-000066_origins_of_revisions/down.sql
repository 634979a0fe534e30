comment on table revision_origins is
    'Which origin a revision has: the document whose text it was found to print, or its own. origin_id is the id of the first document of that text; no foreign key, because a redacted document goes and its copies stay copies of one text. A revision stored before origins were told has no row and is its own.';
