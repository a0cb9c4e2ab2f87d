"""Writes to Kafka with librdkafka: requests as in json_lines.py."""

import base64
import json
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from json_lines import serve

TIMEOUT_SECONDS = 60


def create_topic(connection, topic, partitions, config):
    # The client must outlive the futures that it gives.
    admin = AdminClient(connection)
    # On as many brokers as they say by default.
    created = admin.create_topics([NewTopic(topic, partitions, -1, config=config)])
    created[topic].result(TIMEOUT_SECONDS)
    wait_for_leaders(admin, topic, partitions)


def wait_for_leaders(admin, topic, partitions):
    """The controller has made the topic; a broker says so when it has heard of it."""
    limit = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < limit:
        # Of all topics: asking for one by name may create it.
        known = admin.list_topics(timeout=TIMEOUT_SECONDS).topics.get(topic)
        if known is not None and known.error is None and len(known.partitions) == partitions:
            if all(partition.leader >= 0 for partition in known.partitions.values()):
                return
        time.sleep(0.02)
    raise TimeoutError(f"no broker knows topic {topic} and its leaders")


def add_partitions(connection, topic, partitions):
    """Adds partitions up to this many."""
    admin = AdminClient(connection)
    added = admin.create_partitions([NewPartitions(topic, partitions)])
    added[topic].result(TIMEOUT_SECONDS)


def delete_topic(connection, topic):
    admin = AdminClient(connection)
    deleted = admin.delete_topics([topic])
    deleted[topic].result(TIMEOUT_SECONDS)


def end_offsets(connection, topic):
    """The last stable offset of each partition, in order."""
    consumer = Consumer({**connection, "group.id": "testkit", "isolation.level": "read_committed"})
    try:
        partitions = consumer.list_topics(topic, TIMEOUT_SECONDS).topics[topic].partitions
        return [
            consumer.get_watermark_offsets(TopicPartition(topic, index), TIMEOUT_SECONDS)[1]
            for index in sorted(partitions)
        ]
    finally:
        consumer.close()


def bytes_of(text):
    return None if text is None else base64.b64decode(text)


def text_of(content):
    return None if content is None else base64.b64encode(content).decode()


def produce(connection, topic, records, path, config, transaction):
    """Sends the records of an NDJSON file; writes where each came to stand, in the same order."""
    settings = {**connection, "partitioner": "murmur2_random", "linger.ms": 20, "acks": "all"}
    if transaction is not None:
        settings["transactional.id"] = transaction["id"]
    producer = Producer({**settings, **config})
    if transaction is None:
        with open(records, encoding="utf-8") as lines:
            delivered = [send(producer, topic, json.loads(line)) for line in lines]
        producer.flush(TIMEOUT_SECONDS)
        outcomes = [(record, True) for record in delivered]
    else:
        outcomes = produce_in_transactions(producer, topic, records, transaction)
    with open(path, "w", encoding="utf-8") as file:
        for record, committed in outcomes:
            if "error" in record:
                raise RuntimeError(record["error"])
            place = {"partition": record["partition"], "offset": record["offset"]}
            file.write(json.dumps({**place, "committed": committed}) + "\n")


def produce_in_transactions(producer, topic, records, transaction):
    """Every `abortEvery`th transaction of `size` records is aborted after all of it was sent."""
    producer.init_transactions(TIMEOUT_SECONDS)
    outcomes = []
    with open(records, encoding="utf-8") as lines:
        all_lines = list(lines)
    size, abort_every = transaction["size"], transaction["abortEvery"]
    for number, start in enumerate(range(0, len(all_lines), size), 1):
        producer.begin_transaction()
        sent = [send(producer, topic, json.loads(line)) for line in all_lines[start : start + size]]
        # Sent in full, so that the aborted records stand in the log too.
        producer.flush(TIMEOUT_SECONDS)
        committed = abort_every == 0 or number % abort_every != 0
        if committed:
            producer.commit_transaction(TIMEOUT_SECONDS)
        else:
            producer.abort_transaction(TIMEOUT_SECONDS)
        outcomes += [(record, committed) for record in sent]
    return outcomes


def send(producer, topic, record):
    """Queues a record; its place is in the returned dictionary once it was delivered."""
    outcome = {"error": "not delivered"}

    def delivered(error, message):
        outcome.clear()
        if error is not None:
            outcome["error"] = str(error)
        else:
            outcome.update(partition=message.partition(), offset=message.offset())

    options = {key: record[key] for key in ("partition", "timestamp") if key in record}
    value, key = bytes_of(record.get("value")), bytes_of(record.get("key"))
    if record.get("headers"):
        options["headers"] = [(name, bytes_of(header)) for name, header in record["headers"]]
    while True:
        try:
            producer.produce(topic, value, key, on_delivery=delivered, **options)
            producer.poll(0)
            return outcome
        except BufferError:
            producer.poll(0.1)


def consume(connection, topic, groupId, count):
    """The next records of a group, committed, as [partition, offset, key, value, headers]."""
    consumer = Consumer(
        {**connection, "group.id": groupId, "auto.offset.reset": "earliest", "enable.auto.commit": False}
    )
    consumer.subscribe([topic])
    records = []
    deadline = time.monotonic() + TIMEOUT_SECONDS
    try:
        while len(records) < count:
            message = consumer.poll(1)
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(records)} of {count} records came in time")
            if message is None:
                continue
            if message.error() is not None:
                raise RuntimeError(str(message.error()))
            headers = [[name, text_of(value)] for name, value in message.headers() or []]
            content = [text_of(message.key()), text_of(message.value()), headers]
            records.append([message.partition(), message.offset(), *content])
        consumer.commit(asynchronous=False)
    finally:
        consumer.close()
    return records


serve(
    {
        "createTopic": create_topic,
        "addPartitions": add_partitions,
        "deleteTopic": delete_topic,
        "endOffsets": end_offsets,
        "produce": produce,
        "consume": consume,
    }
)
