drop table feed_moves;
