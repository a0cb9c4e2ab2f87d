"""Serves operations over standard input and output, one JSON object a line.

Request: {"id", "operation", "arguments"}; answer: {"id", "result"} or {"id", "error"}.
"""

import json
import os
import sys
import traceback


def serve(operations):
    """Answers requests one after the other until the input ends.

    Whatever libraries print goes to standard error, so that answers stay alone on their stream.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            answer["result"] = operations[request["operation"]](**request["arguments"])
        except Exception as error:
            traceback.print_exc()
            answer["error"] = f"{type(error).__name__}: {error}"
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
