"""The `muster` command: the tree of its commands."""

from __future__ import annotations

from muster.cli.archive import archive
from muster.cli.assets import assets
from muster.cli.bulk import bulk
from muster.cli.exports import export
from muster.cli.files import files
from muster.cli.finding import find
from muster.cli.images import images
from muster.cli.imports import import_file
from muster.cli.jobs import jobs, undo
from muster.cli.searches import searches
from muster.cli.sequences import sequences
from muster.cli.session import whoami
from muster.cli.shell import group
from muster.cli.stack import up
from muster.cli.tenants import tenants
from muster.cli.tokens import tokens
from muster.cli.views import views

app = group(
    "Every asset accounted for, every change remembered.\n\n"
    "Talks to the Muster at [bold]MUSTER_URL[/] with [bold]MUSTER_TOKEN[/], or to the local stack"
    " of the checkout that it is run in.",
    epilog="Exit codes: 0 done · 1 refused · 2 wrong command line · 3 Muster can't be reached ·"
    " 4 done in part · 130 interrupted",
)

app.command()(whoami)
app.command()(find)
app.add_typer(searches, name="search")
app.add_typer(views, name="view")
app.command("import")(import_file)
app.command()(export)
app.add_typer(assets, name="asset")
app.add_typer(images, name="image")
app.add_typer(files, name="file")
app.add_typer(archive, name="archive")
app.add_typer(bulk, name="bulk")
app.add_typer(sequences, name="sequence")
app.command()(undo)
app.add_typer(jobs, name="jobs")
app.add_typer(tokens, name="token")
app.add_typer(tenants, name="tenant")
app.command()(up)

if __name__ == "__main__":
    app()
