"""Counts the open requests of each team, from the topic of requests and its published schema alone.

Records come at least once: after a crash, some come again. Each carries its request's version, 1, 2, 3 and so on, so what
is known of a request is enough to see a record that came before (drop it) and a record that is missing (stop).

What was counted and up to where was read are stored in one transaction. So a crash between the two cannot be, and the
next run goes on exactly there; the broker keeps no offsets for this consumer. One that does not own its database, or
shares the partitions with others in a consumer group, stores first and commits its offsets then: what it had stored but
not committed comes again, and is dropped. Never the other way round, nor with `enable.auto.commit`: that loses records.
"""

import argparse
import json
import sqlite3
import sys

from cloudevents.core.bindings import kafka as binding
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

# Generated from proto/schoolside/requests/v1/request_events.proto.
from schoolside.requests.v1 import request_events_pb2 as published

TOPIC = "schoolside.requests.request.v1"
EVENT = "schoolside.requests.request."

# The events that say who holds a request.
HOLDING = {
    EVENT + "held.v1": published.RequestHeld,
    EVENT + "routed.v1": published.RequestRouted,
    EVENT + "reassigned.v1": published.RequestReassigned,
}
OPENING = {EVENT + "opened.v1", EVENT + "reopened.v1"}
ENDING = {EVENT + "resolved.v1", EVENT + "closed.v1", EVENT + "cancelled.v1"}

SCHEMA = """
create table if not exists request (id text primary key, version integer, team text, open integer) without rowid;
create table if not exists place (partition integer primary key, next integer);
"""


class Hole(Exception):
    """A record is missing: what would be counted from here on would be wrong."""


class Foreign(Exception):
    """A record that is no event of this topic: somebody else has written here."""


class Protobuf(JSONFormat):
    """Leaves the data as it came. JSONFormat makes text of bytes that happen to be UTF-8."""

    def read_data(self, body, datacontenttype):
        return body


def event_of(record):
    """The record's CloudEvent. `sequence` is the request's version, `partitionkey` its id."""
    if not record.value():
        raise Foreign(f"partition {record.partition()}, offset {record.offset()}: the value is empty, so it is no event")
    message = binding.KafkaMessage(dict(record.headers()), record.key(), record.value())
    return binding.from_binary(message, Protobuf())


def apply(store, event):
    """Takes an event into the store, unless it has been taken before; says whether it was new."""
    request, version = event.get_extension("partitionkey"), int(event.get_extension("sequence"))
    known = store.execute("select version, team, open from request where id = ?", [request]).fetchone()
    latest, team, is_open = known or (0, "", False)
    if version <= latest:
        return False
    if version > latest + 1:
        raise Hole(f"request {request}: after version {latest} comes {version}")
    kind = event.get_type()
    if kind in HOLDING:
        holding = HOLDING[kind].FromString(event.get_data())
        # What an import states later of a request that has a holder here changes nothing.
        if kind != EVENT + "held.v1" or not team:
            team = holding.team_id
    elif kind in OPENING:
        is_open = True
    elif kind in ENDING:
        is_open = False
    # Any other type, also one that is new, only moves the version on.
    store.execute("replace into request values (?, ?, ?, ?)", [request, version, team, is_open])
    return True


def open_by_team(store):
    return dict(store.execute("select team, count(*) from request where open group by team order by team"))


def places(consumer, topic, store):
    """Where to begin in each partition, and where each ends now."""
    found = consumer.list_topics(topic, timeout=10).topics[topic]
    if found.error:
        sys.exit(f"{topic}: {found.error.str()}")
    stored = dict(store.execute("select partition, next from place"))
    begin = [TopicPartition(topic, number, stored.get(number, OFFSET_BEGINNING)) for number in found.partitions]
    ends = {}
    for partition in begin:
        first, end = consumer.get_watermark_offsets(partition, timeout=10)
        if max(first, partition.offset) < end:
            ends[partition.partition] = end
    return begin, ends


def follow(consumer, topic, store, until_end):
    """Takes batch after batch, each in one transaction."""
    begin, ends = places(consumer, topic, store)
    # All partitions, without a group: this consumer counts everything by itself.
    consumer.assign(begin)
    records = duplicates = 0
    shown = open_by_team(store)
    while ends or not until_end:
        with store:
            for record in consumer.consume(500, timeout=1.0):
                if record.error():
                    raise KafkaException(record.error())
                records += 1
                duplicates += not apply(store, event_of(record))
                number, following = record.partition(), record.offset() + 1
                store.execute("replace into place values (?, ?)", [number, following])
                if number in ends and following >= ends[number]:
                    del ends[number]
        if not until_end:
            now = open_by_team(store)
            for team in sorted(shown.keys() | now.keys()):
                if shown.get(team) != now.get(team):
                    print(json.dumps({"team": team, "open": now.get(team, 0)}), flush=True)
            shown = now
    keys = store.execute("select count(*) from request").fetchone()[0]
    result = {"records": records, "duplicates": duplicates, "keys": keys, "open_by_team": open_by_team(store)}
    print(json.dumps(result, separators=(",", ":")))


def main():
    parser = argparse.ArgumentParser(description="Counts the open requests of each team.")
    parser.add_argument("--kafka", metavar="HOST:PORT", default="127.0.0.1:9092", help="where the broker answers")
    parser.add_argument("--kafka-namespace", metavar="NAME", help="what the topic's name begins with, if anything")
    parser.add_argument("--store", metavar="FILE", default=":memory:", help="where the count is kept; else in memory")
    parser.add_argument("--until-end", action="store_true", help="stop at the topic's present end and print the count")
    options = parser.parse_args()
    topic = f"{options.kafka_namespace}.{TOPIC}" if options.kafka_namespace else TOPIC
    store = sqlite3.connect(options.store)
    store.executescript(SCHEMA)
    consumer = Consumer(
        {
            "bootstrap.servers": options.kafka,
            # The client wants a name, although without commits there is no group.
            "group.id": "open-by-team",
            "enable.auto.commit": False,
            # Where retention has passed over the place: begin at what is left, and find out whether there is a hole.
            "auto.offset.reset": "earliest",
        }
    )
    try:
        follow(consumer, topic, store, options.until_end)
    except Hole as hole:
        sys.exit(f"{hole}. What lies between is in the log: read it with EventFeedService")
    except Foreign as foreign:
        sys.exit(str(foreign))
    except KafkaException as fault:
        sys.exit(fault.args[0].str())
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
