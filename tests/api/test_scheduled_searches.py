"""`/v1/scheduled-searches`: saved searches that run by the clock, and whom they tell."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from muster.access import service
from muster.access.model import Role
from muster.delivery.port import Sent
from muster.searches.scheduled import finding
from tests.sequencing import Company
from tests.support import NOW, TENANT, Client, Stand

PLACE = "/v1/scheduled-searches"
HOOK = {"to": "webhook", "url": "https://hooks.example/in?key=k"}
MAIL = {"to": "email", "address": "desk@acme.example"}
DOWN = Sent(delivered=False, detail="503", again=True)


@dataclass
class Office:
    """A company that has some PCs, and a search for the big ones."""

    company: Company
    search: str = field(init=False)

    def __post_init__(self) -> None:
        body = {
            "name": "Big ones",
            "query": "pc.ram >= ${ram} ORDER BY name",
            "parameters": [{"name": "ram", "default": 16}],
        }
        self.search = self.company.post("/v1/saved-searches", body)["id"]
        for name, ram in (("One", 16), ("Two", 32), ("Three", 8)):
            self.pc(name, ram)

    @property
    def stand(self) -> Stand:
        return self.company.stand

    def pc(self, name: str, ram: int = 64) -> str:
        return self.company.asset(name=name, custom_fields={"pc.ram": ram})

    def body(self, *deliver: Any, **members: Any) -> dict[str, Any]:
        given = {"name": "Every morning", "saved_search": self.search, "cron": "0 7 * * *"}
        return {**given, "deliver": list(deliver or (HOOK,)), **members}

    def schedule(self, *deliver: Any, **members: Any) -> Any:
        made = self.company.post(PLACE, self.body(*deliver, **members))
        self.company.follow()
        return made

    def run(self, schedule: Any) -> Any:
        """Run it by hand, and return the run."""
        self.company.post(f"{PLACE}/{schedule['id']}:run", None, 202)
        self.company.follow()
        return self.runs(schedule)[0]

    def runs(self, schedule: Any) -> Any:
        return self.company.get(f"{PLACE}/{schedule['id']}/runs")["items"]

    @property
    def posted(self) -> list[Any]:
        """The bodies of the webhooks that were sent."""
        return [json.loads(body) for _, _, body in self.stand.courier.posted]


@pytest.fixture
def office(stand: Stand) -> Office:
    return Office(Company(stand))


def add(stand: Stand, name: str, role: Role) -> tuple[Any, Client]:
    """Add a member; return it, and a client with a token of the member's."""
    tenant = stand.access.tenant(TENANT)
    assert tenant is not None
    email = f"{name}@{TENANT}.example"
    member = service.add_member(
        stand.access, tenant, name=name, email=email, role=role, clock=stand.clock
    )
    token = service.create_token(stand.access, member, name="test", clock=stand.clock)
    return member, Client(stand.api, token.text)


def names(found: Any) -> list[str]:
    return [each["name"] for each in found["items"]]


def test_a_search_is_scheduled_read_changed_and_removed(office: Office) -> None:
    made = office.schedule(HOOK, MAIL, parameters={"ram": 32}, time_zone="Europe/Berlin")
    path, client = f"{PLACE}/{made['id']}", office.stand.client

    read = client.get(path)
    changed = client.patch(path, {"enabled": False, "parameters": {}}, if_match=read.etag)
    stale = client.patch(path, {"name": "X"}, if_match=read.etag)
    gone = client.delete(path, if_match=changed.etag)

    assert read.json == {name: value for name, value in made.items() if name != "secret"}
    assert read.json["next_run"] == "2026-11-25T06:00:00.000Z"
    assert (read.json["when"], read.json["format"]) == ("results", "csv")
    assert (changed.json["parameters"], "next_run" in changed.json) == ({}, False)
    assert stale.code == "version_conflict"
    assert gone.status == 204
    assert client.get(path).code == "scheduled_search_not_found"


@pytest.mark.parametrize(
    ("members", "code", "pointer"),
    [
        ({"cron": "1 7 * * *"}, "too_often", "/cron"),
        ({"cron": "* * * * *"}, "too_often", "/cron"),
        ({"cron": "at seven"}, "invalid_cron", "/cron"),
        ({"time_zone": "Mars/Base"}, "unknown_time_zone", "/time_zone"),
        ({"saved_search": "sav_1"}, "unknown_saved_search", "/saved_search"),
        ({"parameters": {"cpu": "x"}}, "unknown_parameter", "/parameters/cpu"),
        ({"parameters": {"ram": "x"}}, "wrong_type", "/parameters/ram"),
        ({"view": "viw_1"}, "unknown_view", "/view"),
        ({"deliver": [HOOK, MAIL, HOOK]}, "duplicate", "/deliver/2"),
        ({"deliver": [{"to": "webhook", "url": "http://a.example"}]}, "invalid_url", None),
        ({"deliver": [{"to": "webhook", "url": "https://10.0.0.1/"}]}, "invalid_url", None),
        ({"deliver": [{"to": "webhook", "url": "https://u:p@a.example"}]}, "invalid_url", None),
    ],
)
def test_what_could_not_run_is_refused_with_its_place(
    office: Office, members: Any, code: str, pointer: str | None
) -> None:
    answer = office.stand.client.post(PLACE, {**office.body(), **members})

    assert (answer.status, answer.code) == (422, "invalid_scheduled_search")
    [error] = answer.json["errors"]
    assert (error["code"], error["pointer"]) == (code, pointer or "/deliver/0/url")


def test_names_are_given_once_and_addresses_are_checked(office: Office) -> None:
    office.schedule()

    again = office.stand.client.post(PLACE, office.body())
    nobody = office.stand.client.post(PLACE, office.body({"to": "email", "address": "desk"}))

    assert again.code == "scheduled_search_name_taken"
    assert nobody.status == 422


def test_everybody_has_their_own_and_admins_see_all(office: Office) -> None:
    """Also who is let in to the saved search does not see who is told of it."""
    _, editor = add(office.stand, "Eve", Role.EDITOR)
    _, other = add(office.stand, "Max", Role.EDITOR)
    _, viewer = add(office.stand, "Vic", Role.VIEWER)
    office.stand.client.patch(f"/v1/saved-searches/{office.search}", {"visibility": "public"})
    path = f"{PLACE}/{editor.post(PLACE, office.body()).json['id']}"

    assert editor.get(path).status == 200
    assert other.get(path).code == "scheduled_search_not_found"
    assert other.post(f"{path}:run").code == "scheduled_search_not_found"
    assert other.delete(path, if_match="*").code == "scheduled_search_not_found"
    assert other.get(PLACE).json["items"] == []
    assert len(office.company.get(PLACE)["items"]) == 1
    assert viewer.get(PLACE).json["items"] == []
    assert viewer.post(PLACE, office.body()).status == 403


def test_a_webhook_tells_what_is_found_and_who_says_so(office: Office) -> None:
    """Signed as Standard Webhooks say, with the secret that was shown once."""
    schedule = office.schedule()

    run = office.run(schedule)

    [(url, headers, body)] = office.stand.courier.posted
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(schedule["secret"].removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    assert url == HOOK["url"]
    assert headers["webhook-signature"] == f"v1,{signature}"
    assert headers["webhook-id"] == run["job"]
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    told = json.loads(body)
    assert (told["tenant"], told["total"], told["new"], told["truncated"]) == (
        TENANT,
        2,
        None,
        False,
    )
    assert told["search"]["name"] == "Every morning"
    assert told["link"].endswith(f"/v1/saved-searches/{office.search}/assets")
    assert names(told) == ["One", "Two"]
    assert (run["state"], run["found"]) == ("done", 2)
    assert run["deliveries"] == [
        {
            "to": "webhook",
            "where": "hooks.example",
            "outcome": "delivered",
            "detail": "200",
            "tries": 1,
        }
    ]


def test_a_secret_is_shown_once_and_changed(office: Office) -> None:
    """Neither reading nor history tells it, and the one before signs nothing any more."""
    schedule = office.schedule()
    path = f"{PLACE}/{schedule['id']}"

    other = office.stand.client.post(f"{path}:rotate-secret").json

    assert other["secret"] != schedule["secret"]
    assert "secret" not in office.company.get(path)
    assert "secret" not in office.company.get(PLACE)["items"][0]
    ledger, _, objects = office.stand.parts(TENANT)
    kept = repr(list(ledger.commits_after(0))) + repr([objects.get(n) for n in objects.names("")])
    assert schedule["secret"] not in kept
    assert other["secret"] not in kept
    refused = office.stand.client.post(f"{path}:rotate-secret", key="k")
    assert refused.status == 400


def test_more_than_a_hundred_are_counted_and_cut(office: Office) -> None:
    for number in range(105):
        office.pc(f"PC {number:03}")

    office.run(office.schedule())

    [told] = office.posted
    assert (told["total"], len(told["items"]), told["truncated"]) == (107, 100, True)


@pytest.mark.parametrize("when", ["results", "new"])
def test_a_run_looks_at_so_many_and_says_that_there_are_more(
    office: Office, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """The file has those; the count is of all."""
    for number in range(5):
        office.pc(f"PC {number}")
    monkeypatch.setattr(finding, "MAX_ROWS", 3)
    monkeypatch.setattr(finding, "_PAGE", 2)

    run = office.run(office.schedule(HOOK, {"to": "file"}, when=when))

    _, _, objects = office.stand.parts(TENANT)
    rows = (objects.get(f"jobs/{run['job']}/results.csv") or b"").splitlines()
    [told] = office.posted
    assert (run["found"], run["truncated"], len(rows)) == (7, True, 1 + 3)
    assert (told["total"], len(told["items"]), told["truncated"]) == (7, 3, True)


def test_large_assets_make_a_webhook_shorter(office: Office) -> None:
    """A body has a megabyte at most."""
    for number in range(20):
        fields = {"pc.ram": 64, "pc.note": "n" * 30_000}
        office.company.asset(name=f"PC {number:02}", description="d" * 30_000, custom_fields=fields)

    office.run(office.schedule())

    [(_, _, body)] = office.stand.courier.posted
    told = json.loads(body)
    assert 400_000 < len(body) <= 1_000_000
    assert told["truncated"]
    assert (told["total"], len(told["items"])) == (22, 11)


def test_a_worker_that_dies_is_followed_by_one_that_sends_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found is not looked for again, so that no asset is lost between the two."""

    def die(*_: Any) -> Sent:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(office.stand.courier), "post", die)
        with pytest.raises(KeyboardInterrupt):
            office.run(schedule := office.schedule(when="new"))
    office.pc("Four")
    job = office.runs(schedule)[0]["job"]
    office.stand._run(TENANT, job)

    assert names(office.posted[0]) == ["One", "Two"]
    assert office.runs(schedule)[0]["state"] == "done"
    office.run(schedule)
    assert names(office.posted[1]) == ["Four"]


def test_a_run_is_due_by_the_clock_of_its_time_zone(office: Office) -> None:
    """Once, and again a day later; what was missed is caught up with once."""
    schedule = office.schedule(cron="30 7 * * *", time_zone="Asia/Kolkata")

    office.company.pass_time(hours=13, minutes=59)
    before = len(office.posted)
    office.company.pass_time(minutes=1)
    office.company.pass_time(minutes=1)
    once = len(office.posted)
    office.company.pass_time(days=3)

    assert (before, once, len(office.posted)) == (0, 1, 2)
    assert [run["state"] for run in office.runs(schedule)] == ["done", "done"]


def test_one_that_is_off_or_gone_is_not_due(office: Office) -> None:
    off, gone = office.schedule(), office.schedule(name="Gone")
    office.stand.client.patch(f"{PLACE}/{off['id']}", {"enabled": False})
    office.stand.client.delete(f"{PLACE}/{gone['id']}", if_match="*")
    office.company.follow()

    office.company.pass_time(days=2)

    assert office.posted == []
    assert office.run(off)["state"] == "done"


def test_following_twice_changes_nothing(office: Office) -> None:
    office.schedule(HOOK, MAIL)
    office.company.pass_time(days=1)

    office.company.follow(again=True)

    assert len(office.posted) == 1
    assert office.stand.courier.asked == [MAIL["address"]]


@pytest.mark.parametrize(("when", "sent"), [("always", 1), ("results", 0), ("new", 0)])
def test_nothing_found_is_told_only_where_it_is_wanted(
    office: Office, when: str, sent: int
) -> None:
    run = office.run(office.schedule(when=when, parameters={"ram": 1_000}))

    assert len(office.posted) == sent
    assert (run["state"], run["found"], len(run["deliveries"])) == ("done", 0, sent)


def test_new_is_what_the_last_delivered_run_had_not(office: Office) -> None:
    """What left the results and came back is new again; a run that nobody got does not count."""
    schedule = office.schedule(when="new")
    courier = office.stand.courier
    refused = Sent(delivered=False, detail="410")

    first = office.run(schedule)
    nothing = office.run(schedule)
    four = office.pc("Four")
    courier.answers = [refused]
    lost = office.run(schedule)
    again = office.run(schedule)
    office.company.set(four, custom_fields={"pc.ram": 1})
    office.run(schedule)
    office.company.set(four, custom_fields={"pc.ram": 64})
    back = office.run(schedule)

    assert [names(told) for told in office.posted] == [["One", "Two"], ["Four"], ["Four"], ["Four"]]
    assert [run["new"] for run in (first, nothing, lost, again, back)] == [2, 0, 1, 1, 1]
    assert lost["state"] == "failed"
    assert lost["error"]["code"] == "delivery_failed"
    assert (again["found"], again["state"]) == (3, "done")


def test_what_fails_is_tried_again_with_the_same_message(office: Office) -> None:
    """After 1 minute, then 2; the job waits meanwhile, and holds no other job up."""
    office.stand.courier.answers = [DOWN, DOWN]
    schedule = office.schedule()

    waiting = office.run(schedule)
    office.company.pass_time(minutes=1)
    office.company.follow()
    office.pc("Four")
    office.company.pass_time(minutes=1)
    twice = len(office.stand.courier.posted)
    office.company.pass_time(minutes=1)

    assert (waiting["state"], waiting["deliveries"][0]["outcome"]) == ("waiting", "waiting")
    assert waiting["wake_at"] == "2026-11-24T12:01:00.000Z"
    assert (twice, len(office.posted)) == (2, 3)
    bodies = {body for _, _, body in office.stand.courier.posted}
    assert len(bodies) == 1
    assert len({headers["webhook-id"] for _, headers, _ in office.stand.courier.posted}) == 1
    run = office.runs(schedule)[0]
    assert (run["state"], run["deliveries"][0]["tries"]) == ("done", 3)
    assert "wake_at" not in run or run["wake_at"] is None


def test_after_five_tries_it_is_given_up_and_told(office: Office) -> None:
    """And only what was not delivered is tried."""
    office.stand.courier.answers = [Sent(delivered=True, detail="200"), *[DOWN] * 9]
    schedule = office.schedule(HOOK, {"to": "webhook", "url": "https://down.example/"})

    office.run(schedule)
    for minutes in (1, 2, 4, 8, 16):
        office.company.pass_time(minutes=minutes)
        office.company.follow()

    run = office.runs(schedule)[0]
    assert [each["outcome"] for each in run["deliveries"]] == ["delivered", "failed"]
    assert [each["tries"] for each in run["deliveries"]] == [1, 5]
    assert (run["state"], run["error"]["code"]) == ("failed", "delivery_failed")
    assert "down.example" in run["error"]["detail"]
    assert len(office.posted) == 6


def test_a_run_that_waits_can_be_stopped(office: Office) -> None:
    office.stand.courier.answers = [DOWN]
    run = office.run(office.schedule())

    office.company.post(f"/v1/jobs/{run['job']}:cancel", None, 200)
    office.company.pass_time(minutes=5)

    assert len(office.posted) == 1
    assert office.company.get(f"/v1/jobs/{run['job']}")["state"] == "cancelled"


def test_e_mail_goes_to_those_who_subscribed(office: Office) -> None:
    """AWS asks them; until then they are told of nothing, and the run says so."""
    office.pc("Three and more")
    courier = office.stand.courier
    schedule = office.schedule(MAIL, when="new")
    early = office.run(schedule)
    courier.confirm(MAIL["address"])

    run = office.run(schedule)

    assert courier.asked == [MAIL["address"]]
    assert early["deliveries"][0]["outcome"] == "not_confirmed"
    assert run["deliveries"][0]["outcome"] == "delivered"
    [(topic, subject, text)] = courier.mails
    assert TENANT not in topic
    assert subject == "Every morning: 3 new"
    assert "Key | Name | Type" in text
    assert "| Three and more | PC" in text
    assert office.search in text


def test_the_topic_follows_the_addresses(office: Office) -> None:
    """Who ended the subscription is not asked again when something else changes."""
    courier = office.stand.courier
    schedule = office.schedule(MAIL)
    path, client = f"{PLACE}/{schedule['id']}", office.stand.client
    courier.confirm(MAIL["address"])
    courier.readers.clear()  # by the link in an e-mail

    other = {"to": "email", "address": "it@acme.example"}
    client.patch(path, {"name": "Else"})
    client.patch(path, {"deliver": [MAIL, other]})
    office.company.follow()
    asked = list(courier.asked)
    client.patch(path, {"deliver": [HOOK]})
    office.company.follow()

    assert asked == [MAIL["address"], other["address"]]
    assert courier.topics == {}


def test_with_the_schedule_goes_all_that_is_kept_beside_it(office: Office) -> None:
    schedule = office.schedule(HOOK, MAIL, when="new")
    office.run(schedule)
    _, _, objects = office.stand.parts(TENANT)
    kept = list(objects.names("searches/"))

    office.stand.client.delete(f"{PLACE}/{schedule['id']}", if_match="*")
    office.company.follow()

    assert len(kept) == 2
    assert list(objects.names("searches/")) == []
    assert office.stand.courier.topics == {}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_has_all_rows_with_the_columns_of_a_view(office: Office, form: str) -> None:
    view = office.company.post("/v1/views", {"name": "Short", "columns": ["name", "pc.ram"]})
    schedule = office.schedule({"to": "file"}, format=form, view=view["id"])

    run = office.run(schedule)

    answer = office.stand.client.get(f"/v1/jobs/{run['job']}/results")
    _, _, objects = office.stand.parts(TENANT)
    content = (objects.get(f"jobs/{run['job']}/results.{form}") or b"").decode()
    assert answer.status == 302
    assert run["file"]["name"] == f"Every morning 2026-11-24.{form}"
    assert run["file"]["size"] == len(content)
    if form == "csv":
        assert content == "name,pc.ram\r\nOne,16\r\nTwo,32\r\n"
    else:
        assert [json.loads(line)["name"] for line in content.splitlines()] == ["One", "Two"]


def test_it_runs_as_its_owner(office: Office) -> None:
    """Whoever starts it: `currentUser()` is the owner, by day in the schedule's time zone."""
    owner, client = add(office.stand, "Eve", Role.EDITOR)
    mine = office.company.asset(name="Mine", custom_fields={"pc.user": owner.id})
    office.company.asset(name="Yours", custom_fields={"pc.user": office.stand.member().id})
    search = {"name": "Mine", "query": "pc.user = currentUser()"}
    saved = client.post("/v1/saved-searches", search).json["id"]
    made = client.post(PLACE, office.body(saved_search=saved)).json

    office.run(made)

    assert [each["id"] for each in office.posted[0]["items"]] == [mine]


def test_a_run_whose_owner_or_search_is_gone_says_so(office: Office) -> None:
    owner, client = add(office.stand, "Eve", Role.EDITOR)
    saved = client.post("/v1/saved-searches", {"name": "All", "query": "key IS NOT EMPTY"}).json
    made = client.post(PLACE, office.body(saved_search=saved["id"])).json
    client.delete(f"/v1/saved-searches/{saved['id']}?ignore_uses=true", if_match="*")
    no_search = office.run(made)

    office.stand.access.delete_member(owner)
    nobody = office.run(made)

    assert (no_search["state"], no_search["error"]["code"]) == ("failed", "saved_search_not_found")
    assert (nobody["state"], nobody["error"]["code"]) == ("failed", "owner_gone")


def test_runs_come_in_pages_newest_first(office: Office) -> None:
    schedule, other = office.schedule(), office.schedule(name="Other")
    for each in (schedule, other, schedule, schedule):
        office.stand.clock.now += timedelta(seconds=1)
        office.run(each)
    path = f"{PLACE}/{schedule['id']}/runs"

    first = office.company.get(f"{path}?limit=2")
    rest = office.company.get(f"{path}?limit=2&cursor={first['next_cursor']}")

    found = [run["started_at"] for run in (*first["items"], *rest["items"])]
    assert len(found) == 3
    assert found == sorted(found, reverse=True)


def test_lists_are_narrowed(office: Office) -> None:
    office.schedule()
    office.schedule(name="Évening")

    assert len(office.company.get(f"{PLACE}?q=even")["items"]) == 1
    assert (
        len(office.company.get(f"{PLACE}?saved_search={office.search}&count=exact")["items"]) == 2
    )
    assert office.company.get(f"{PLACE}?saved_search=sav_1")["items"] == []
