"""Writes the event files beside this script, with PyPI's tensorboardX 2.6.4: `python write.py`. The files are kept, so tests need no Python."""
import pathlib

from tensorboardX import SummaryWriter

here = pathlib.Path(__file__).parent
for run, scale in (("a", 1.0), ("b/seed-2", 2.0)):
    writer = SummaryWriter(str(here / "logs" / run), flush_secs=1)
    for step in range(1, 101):
        writer.add_scalar("train/loss", scale / step, step, walltime=1_800_000_000 + step)
        if step % 10 == 0:
            writer.add_scalar("eval/accuracy", 1 - scale / step / 4, step, walltime=1_800_000_000 + step)
    writer.add_scalar("train/loss", float("nan"), 101, walltime=1_800_000_101)
    writer.add_text("notes", "left out", 1)
    writer.close()
