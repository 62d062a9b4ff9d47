-- Which of two teams' assignments to one network came later: teams are streams of their own, and a broker keeps the order
-- within a stream only.
alter table routing.serving add column position bigint not null default 0;
