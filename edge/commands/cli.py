"""The commands of the store server, in the order of its help: each stands in the file of its
subject."""

from edge.commands.alarms import alarm_app, push_app
from edge.commands.doctor import doctor, support_bundle
from edge.commands.examples import EXAMPLES
from edge.commands.metrics import metrics_token
from edge.commands.proof import totals, verify
from edge.commands.serve import provision, replace, restore, serve
from edge.commands.status import status
from edge.commands.terminal import terminal
from edge.commands.unit import install_unit, remove_unit
from edge.commands.workstations import pair, unpair, workstations
from sync.program.frame import new_program, show_examples

app = new_program("edge", "The store server of Holdfast: sells with no network.")
_AT_WORK = (provision, replace, restore, serve, pair, unpair, workstations)
for command in (*_AT_WORK, status, doctor, support_bundle, metrics_token, verify, totals, terminal):
    app.command()(command)
app.command("install-service")(install_unit)
app.command("remove-service")(remove_unit)
app.add_typer(alarm_app, name="alarm")
app.add_typer(push_app, name="push")
show_examples(app, "edge", EXAMPLES)
