"""Rows as JSON without loss, the same for every engine.

Integers beyond 2^53 are decimal text, binary is base64, timestamps are ISO with six fraction digits
(and Z with a zone), dates, times, decimals and UUIDs are text, NaN and infinities are text.
"""

import base64
import datetime
import decimal
import json
import math
import uuid

SAFE_INTEGER_MAX = 2**53 - 1


def encode(value):
    """One value, nested ones included."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER_MAX else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime.datetime):
        return encode_timestamp(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    raise TypeError(f"no JSON form of {type(value).__name__} {value!r}")


def encode_timestamp(value):
    """A timestamp to the microsecond, in UTC when it has a zone."""
    if value.tzinfo is None:
        return value.isoformat(timespec="microseconds")
    utc = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def write_rows(path, names, rows):
    """Writes each row as an object on a line; returns how many there were."""
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            values = {name: encode(value) for name, value in zip(names, row)}
            file.write(json.dumps(values) + "\n")
            count += 1
    return count


def arrow_rows(table):
    """The rows of a pyarrow table, as tuples of Python values."""
    for batch in table.to_batches(max_chunksize=16_384):
        yield from zip(*(column.to_pylist() for column in batch.columns))
