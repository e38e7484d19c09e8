"""`muster image` and `muster file`: what is sent, waited for and said."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from muster.cli.exits import Exit
from tests.unit.cli.conftest import Muster, Service
from tests.unit.pictures import encoded, picture

ASSET = "ast_01JW0000000000000000000000"
FILE = "fil_01JW0000000000000000000000"
IMAGES = f"/v1/assets/{ASSET}/images"
FILES = f"/v1/assets/{ASSET}/files"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "front.png"
    path.write_bytes(encoded(picture()))
    return path


@pytest.fixture(autouse=True)
def an_asset(service: Service) -> None:
    service.on("GET", f"/v1/assets/{ASSET}", {"id": ASSET, "key": "LAP-1"}, etag='"v1"')


def upload(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "upl_1", "state": state, "filename": "front.png", "size": 9, **more}


def stored(state: str = "ready") -> dict[str, Any]:
    return {"id": FILE, "name": "front.png", "state": state, "size": 9, "width": 60, "height": 40}


def waiting(service: Service, path: str = IMAGES) -> None:
    form = {"url": f"{service.url}/bucket", "fields": {"key": "k"}, "expires_seconds": 900}
    service.on("POST", path, upload("waiting", upload=form), status=201)
    service.on("POST", "/bucket", b"", status=204)


def test_an_image_is_sent_completed_and_waited_for(
    service: Service, muster: Muster, photo: Path
) -> None:
    """Its hash, size and type are those of its bytes; the form gets the bytes."""
    waiting(service)
    service.on("POST", "/v1/uploads/upl_1:complete", upload("done", file=FILE))
    service.on("GET", f"/v1/files/{FILE}", stored("processing"))
    service.on("GET", f"/v1/files/{FILE}", stored())

    done = muster("image", "add", ASSET, str(photo), "--primary")

    (asked,) = service.sent("POST", IMAGES)
    content = photo.read_bytes()
    assert asked.body == {
        "filename": "front.png",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "image/png",
        "primary": True,
    }
    assert content in service.sent("POST", "/bucket")[0].content
    assert (done.code, done.out) == (Exit.OK, "Added front.png (9 bytes, 60 x 40).\n")
    assert len(muster.waited) == 1


def test_an_image_that_muster_has_is_not_sent(
    service: Service, muster: Muster, photo: Path
) -> None:
    service.on("POST", IMAGES, upload("done", file=FILE))
    service.on("GET", f"/v1/files/{FILE}", stored())

    done = muster("image", "add", ASSET, str(photo))

    assert done.code == Exit.OK
    assert service.sent("POST", "/bucket") == []


@pytest.mark.parametrize("late", [True, False])
def test_what_is_refused_says_why(
    service: Service, muster: Muster, photo: Path, *, late: bool
) -> None:
    """At once, or when it turns out to be no image only as it is decoded."""
    refused = upload("refused", problem={"code": "image_damaged", "detail": "It is cut off."})
    waiting(service)
    completed = upload("done", file=FILE) if late else refused
    service.on("POST", "/v1/uploads/upl_1:complete", completed)
    service.on("GET", "/v1/uploads/upl_1", refused)

    done = muster("image", "add", ASSET, str(photo))

    assert done.code == Exit.REFUSED
    assert done.err == "front.png was refused: It is cut off.\n"


def test_one_that_is_refused_keeps_no_other(
    service: Service, muster: Muster, photo: Path, tmp_path: Path
) -> None:
    """The command ends as done in part, and names the one that was refused."""
    service.problem("POST", IMAGES, 422, code="not_an_image", detail="It is text.")
    service.on("POST", IMAGES, upload("done", file=FILE))
    service.on("GET", f"/v1/files/{FILE}", stored())
    text = tmp_path / "notes.txt"
    text.write_text("no image")

    done = muster("image", "add", ASSET, str(text), str(photo))

    assert done.code == Exit.PARTLY
    assert done.out == "Added front.png (9 bytes, 60 x 40).\n"
    assert done.err == "notes.txt was refused: It is text.\n"


def test_images_are_listed_by_place(service: Service, muster: Muster) -> None:
    service.on("GET", IMAGES, {"items": [stored(), {**stored("processing"), "name": "b.png"}]})

    done = muster("image", "list", ASSET)

    assert [line.split("\t")[:3] for line in done.out.splitlines()] == [
        ["place", "name", "state"],
        ["1", "front.png", "ready"],
        ["2", "b.png", "processing"],
    ]


@pytest.mark.parametrize("reference", ["1", "front.png", FILE])
def test_an_image_is_called_by_place_name_or_id(
    service: Service, muster: Muster, reference: str
) -> None:
    service.on("GET", IMAGES, {"items": [stored()]})
    service.on("POST", f"{IMAGES}/{FILE}:primary", {"items": [stored()]})
    service.on("DELETE", f"{IMAGES}/{FILE}", {"items": []})

    assert muster("image", "primary", ASSET, reference).code == Exit.OK
    assert muster("image", "remove", ASSET, reference).code == Exit.OK
    assert muster("image", "remove", ASSET, "other.png").code == Exit.REFUSED


def test_a_thumbnail_is_saved(service: Service, muster: Muster, tmp_path: Path) -> None:
    """The address of the bucket is asked without the token."""
    service.on("GET", IMAGES, {"items": [stored()]})
    service.on(
        "GET", f"/v1/files/{FILE}/content", b"", status=302, location=f"{service.url}/signed"
    )
    service.on("GET", "/signed", b"webp")

    done = muster("image", "get", ASSET, "--size", "320", "-o", str(tmp_path / "a.webp"))

    assert done.code == Exit.OK
    assert (tmp_path / "a.webp").read_bytes() == b"webp"
    assert service.sent("GET", f"/v1/files/{FILE}/content")[0].query == {"size": ["320"]}
    assert "authorization" not in service.sent("GET", "/signed")[0].headers


def a_file() -> dict[str, Any]:
    versions = [
        {"version": n, "file": f"{FILE[:-1]}{n}", "at": "2026-05-01T12:00:00.000Z"}
        | {"by": {"id": "mem_1", "name": "Anna"}, "media_type": "application/pdf", "size": 9}
        for n in ("1", "2")
    ]
    return {"id": "att_1", "name": "manual.pdf", "versions": versions}


def test_a_file_gets_a_newer_version(service: Service, muster: Muster, tmp_path: Path) -> None:
    """It is what its bytes and its name say, and nothing is waited for."""
    service.on("GET", FILES, {"items": [a_file()]})
    service.on("POST", f"{FILES}/att_1/versions", upload("done", file=FILE))
    manual = tmp_path / "manual.pdf"
    manual.write_bytes(b"%PDF-1.7")

    done = muster("file", "add", ASSET, str(manual), "--version-of", "manual.pdf")

    assert done.code == Exit.OK
    asked = service.sent("POST", f"{FILES}/att_1/versions")[0].body
    assert asked["media_type"] == "application/pdf"
    assert "primary" not in asked
    assert muster.waited == []


@pytest.mark.parametrize(("options", "number"), [((), "2"), (("--version", "1"), "1")])
def test_a_version_is_saved(
    service: Service, muster: Muster, tmp_path: Path, options: tuple[str, ...], number: str
) -> None:
    service.on("GET", FILES, {"items": [a_file()]})
    place = f"/v1/files/{FILE[:-1]}{number}/content"
    service.on("GET", place, b"", status=302, location=f"{service.url}/signed")
    service.on("GET", "/signed", b"%PDF")

    done = muster("file", "get", ASSET, "manual.pdf", *options)

    assert done.code == Exit.OK
    assert (tmp_path / "manual.pdf").read_bytes() == b"%PDF"


def test_files_are_listed_and_removed(service: Service, muster: Muster) -> None:
    service.on("GET", FILES, {"items": [a_file()]})
    service.on("DELETE", f"{FILES}/att_1", {"items": []})

    listed = muster("file", "list", ASSET)
    removed = muster("file", "remove", ASSET, "1")
    twice = muster("file", "add", ASSET, "a", "b", "--version-of", "1")
    none = muster("file", "get", ASSET, "1", "--version", "7")

    assert "manual.pdf\t2\tapplication/pdf\t9" in listed.out
    assert removed.out == "Took manual.pdf from the asset.\n"
    assert (twice.code, none.code) == (Exit.USAGE, Exit.REFUSED)
