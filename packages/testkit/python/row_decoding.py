"""Rows of a test as pyarrow takes them: the way back from row_encoding.py."""

import base64
import datetime
import decimal
import json

import pyarrow as pa


def arrow_table(rows, schema):
    """JSON texts of rows as a pyarrow table; a column that a row lacks is null there."""
    values = [json.loads(row) for row in rows]
    columns = [
        pa.array([decode(row.get(field.name), field.type) for row in values], type=field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def decode(value, kind):
    """The Python value that row_encoding.encode writes so; strings and booleans stay."""
    if value is None:
        return None
    if pa.types.is_integer(kind):
        return int(value)
    if pa.types.is_floating(kind):
        return float(value)
    if pa.types.is_decimal(kind):
        return decimal.Decimal(value)
    if pa.types.is_timestamp(kind):
        return datetime.datetime.fromisoformat(value)
    if pa.types.is_date(kind):
        return datetime.date.fromisoformat(value)
    if pa.types.is_time(kind):
        return datetime.time.fromisoformat(value)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return base64.b64decode(value)
    if pa.types.is_struct(kind):
        return {field.name: decode(value.get(field.name), field.type) for field in kind}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [decode(item, kind.value_type) for item in value]
    return value
