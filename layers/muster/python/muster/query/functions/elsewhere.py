"""Functions that wait for a part of the world that is not connected to Muster yet."""

from __future__ import annotations

from muster.query.functions.signature import Group, Parameter, Signature
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tree import Call

GROUP: Group = Group(
    "What waits for another part",
    (
        Signature(
            ("group", "membersOf"),
            "group(name, …)",
            "The members of these groups.",
            'Owner IN group("helpdesk")',
            ("people", "having"),
            (Parameter("groups", many=True),),
            waits_for="groups of people",
        ),
        Signature(
            ("currentReporter",),
            "currentReporter()",
            "Who reported the ticket that the query runs for.",
            "Owner = currentReporter()",
            ("people",),
            waits_for="a ticket system",
        ),
        Signature(
            ("currentAssignee",),
            "currentAssignee()",
            "Who works on the ticket that the query runs for.",
            "Owner = currentAssignee()",
            ("people",),
            waits_for="a ticket system",
        ),
        Signature(
            ("currentProject",),
            "currentProject()",
            "The project of the ticket that the query runs for.",
            "Project = currentProject()",
            ("people",),
            waits_for="a ticket system",
        ),
        Signature(
            ("inventoryStart",),
            "inventoryStart(campaign)",
            "The moment at which a stock-take began.",
            'updated >= inventoryStart("Spring")',
            ("date",),
            (Parameter("campaign"),),
            waits_for="stock-takes",
        ),
        Signature(
            ("notScannedIn",),
            "notScannedIn(campaign)",
            "Assets that a stock-take has not come across.",
            'notScannedIn("Spring")',
            ("condition",),
            (Parameter("campaign"),),
            waits_for="stock-takes",
        ),
        Signature(
            ("connectedTickets",),
            "connectedTickets([JQL])",
            "Assets with tickets, or with tickets that the JQL finds.",
            "object HAVING connectedTickets(labels IS EMPTY)",
            ("condition", "related"),
            (Parameter("jql", optional=True),),
            waits_for="a ticket system",
        ),
        Signature(
            ("hasTests",),
            "hasTests([query])",
            "Assets with tests.",
            "hasTests()",
            ("condition", "related"),
            (Parameter("query", optional=True),),
            waits_for="test management",
        ),
        Signature(
            ("lastBuild",),
            "lastBuild(state)",
            "Assets whose last build ended so.",
            "lastBuild(failed)",
            ("condition",),
            (Parameter("state"),),
            waits_for="a build server",
        ),
    ),
)


def not_connected(call: Call, signature: Signature) -> InvalidQueryError:
    """Return the refusal that says what has to be connected first."""
    detail = f"{shown(call.name)} needs {signature.waits_for} to be connected to Muster first."
    return problem("not_connected", detail, call.span)
