"""What schemathesis does not know by itself: a body of NDJSON is one JSON value a line."""
import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context, value):
    lines = value if isinstance(value, list) else [value]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)
