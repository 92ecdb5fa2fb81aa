"""Explanations as JSON. The keys are part of the interface: they are added to, but not renamed or dropped.

Beside the keys of a decision (see `decision_json`):
layers       type, place, verdict, statements: statement, match, elements: element, match, wanted, found, negated, key
changes      what would change the decision: if (a list, all together), effect, layer
prospects    for each unknown that matters: fact, answers: answer, effect
outside      what AWS looks at beside policies and is not evaluated
"""

import json

from ostiary.render.answer import Answer
from ostiary.render.decision_json import answer_data, statement_data
from ostiary_runtime.explain import Explanation, LayerReport, StatementReport


def explanation_json(answer: Answer, explanation: Explanation) -> str:
    """The explanation as one JSON object."""
    data = {
        **answer_data(answer),
        "layers": [_layer(layer) for layer in explanation.layers],
        "changes": [
            {"if": list(change.what), "effect": change.effect.value, "layer": change.layer}
            for change in explanation.changes
        ],
        "prospects": [
            {
                "fact": prospect.fact,
                "answers": [{"answer": words, "effect": effect.value} for words, effect in prospect.answers],
            }
            for prospect in explanation.prospects
        ],
        "outside": list(explanation.outside),
    }
    return json.dumps(data, indent=2)


def _layer(layer: LayerReport) -> dict[str, object]:
    return {
        "type": layer.type.value,
        "place": layer.place,
        "verdict": layer.verdict.value,
        "statements": [_statement(report) for report in layer.statements],
    }


def _statement(report: StatementReport) -> dict[str, object]:
    return {
        "statement": statement_data(report.statement),
        "match": report.match.name.lower(),
        "elements": [
            {
                "element": element.element.value,
                "match": element.match.name.lower(),
                "wanted": list(element.wanted),
                "found": element.found,
                "negated": element.negated,
                "key": element.key,
            }
            for element in report.elements
        ],
    }
