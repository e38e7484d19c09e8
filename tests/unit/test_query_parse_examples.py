from __future__ import annotations

import pytest

from muster.query import tree
from muster.query.parse import parse
from tests.unit.query_trees import (
    NOWHERE,
    both,
    call,
    compare,
    either,
    name,
    placeless,
    quoted_name,
    said,
    word,
)
from tests.unit.query_trees import (
    test as holds,
)

OFFSET, NUMBER, NETWORK = "offset", "number", "network"
_SEVEN: dict[str, tree.Query] = {
    "type = Computer AND computer.model = X200": tree.Query(
        "",
        both(compare("type", "=", word("Computer")), compare("computer.model", "=", word("X200"))),
    ),
    "type = Book AND book.owner IS EMPTY ORDER BY book.title": tree.Query(
        "",
        both(compare("type", "=", word("Book")), tree.Empty(name("book.owner"), NOWHERE)),
        (tree.Order(name("book.title"), NOWHERE),),
    ),
    "last.check < -1d OR last.check IS EMPTY": tree.Query(
        "",
        either(
            compare("last.check", "<", word("-1d", OFFSET)),
            tree.Empty(name("last.check"), NOWHERE),
        ),
    ),
    "text HAS Linux AND type = Computer": tree.Query(
        "",
        both(
            tree.Match(name("text"), "HAS", word("Linux"), NOWHERE),
            compare("type", "=", word("Computer")),
        ),
    ),
    "my_with_linked() AND NOT type UNDER Accessory": tree.Query(
        "",
        both(
            holds("my_with_linked"),
            tree.Not(tree.Under(name("type"), word("Accessory"), NOWHERE), NOWHERE),
        ),
    ),
    'folder UNDER "/Electronics" AND "Warranty End" BETWEEN now() AND +3m': tree.Query(
        "",
        both(
            tree.Under(name("folder"), said("/Electronics"), NOWHERE),
            tree.Between(quoted_name("Warranty End"), call("now"), word("+3m", OFFSET), NOWHERE),
        ),
    ),
    '"Belongs to Department".Name = Finance': tree.Query(
        "", compare(quoted_name("Belongs to Department", ".Name"), "=", word("Finance"))
    ),
    'objectType IN objectTypeAndChildren("Asset Details") '
    "ORDER BY Department.Name, Label DESC NULLS LAST": tree.Query(
        "",
        tree.In(
            name("objectType"), (call("objectTypeAndChildren", said("Asset Details")),), NOWHERE
        ),
        (
            tree.Order(name("Department.Name"), NOWHERE),
            tree.Order(name("Label"), NOWHERE, descending=True, nulls="LAST"),
        ),
    ),
    'object HAVING inR(objectType = "File System", refType IN ("Depends","Using")) >= 3'
    "": tree.Query(
        "",
        tree.Having(
            None,
            call(
                "inR",
                compare("objectType", "=", said("File System")),
                tree.In(name("refType"), (said("Depends"), said("Using")), NOWHERE),
            ),
            NOWHERE,
            sign=">=",
            number=3,
        ),
    ),
    "object NOT HAVING outR() AND object HAVING connectedTickets(labels IS EMPTY)": tree.Query(
        "",
        both(
            tree.Having(None, call("outR"), NOWHERE, negated=True),
            tree.Having(
                None, call("connectedTickets", tree.Raw("labels IS EMPTY", NOWHERE)), NOWHERE
            ),
        ),
    ),
    'Member HAVING user("admin","manager") AND Owner IN group("jira-users")': tree.Query(
        "",
        both(
            tree.Having(name("Member"), call("user", said("admin"), said("manager")), NOWHERE),
            tree.In(name("Owner"), (call("group", said("jira-users")),), NOWHERE),
        ),
    ),
    'reachable(key = SRV-12, types=("Runs on"), dir="in", depth=4) AND '
    "status != Closed": tree.Query(
        "",
        both(
            tree.Test(
                tree.Call(
                    "reachable",
                    (
                        tree.Argument(compare("key", "=", word("SRV-12")), NOWHERE),
                        tree.Argument(tree.Listed((said("Runs on"),), NOWHERE), NOWHERE, "types"),
                        tree.Argument(compare("dir", "=", said("in")), NOWHERE),
                        tree.Argument(compare("depth", "=", word("4", NUMBER)), NOWHERE),
                    ),
                    NOWHERE,
                ),
                NOWHERE,
            ),
            compare("status", "!=", word("Closed")),
        ),
    ),
    'status CHANGED FROM "In use" TO "Lost" BY membersOf(helpdesk) AFTER -1m': tree.Query(
        "",
        tree.Changed(
            name("status"),
            NOWHERE,
            said("In use"),
            said("Lost"),
            call("membersOf", word("helpdesk")),
            tree.When("AFTER", (word("-1m", OFFSET),), NOWHERE),
        ),
    ),
    'ip = 10.20.0.0/16 AND "OS version" < version("13.2")': tree.Query(
        "",
        both(
            compare("ip", "=", word("10.20.0.0/16", NETWORK)),
            compare(quoted_name("OS version"), "<", call("version", said("13.2"))),
        ),
    ),
    "system.title ~ 'network card'": tree.Query(
        "", compare("system.title", "~", said("network card"))
    ),
    'objectType = "Laptop"': tree.Query("", compare("objectType", "=", said("Laptop"))),
}
"""The examples of the language's reference, section 7."""


@pytest.mark.parametrize("text", _SEVEN)
@pytest.mark.parametrize("dialect", ["muster", "nql", "aql"])
def test_the_references_examples_have_these_trees(text: str, dialect: tree.Dialect) -> None:
    found = parse(text, dialect=dialect)

    assert placeless(found) == _SEVEN[text]
    assert found.text == text
