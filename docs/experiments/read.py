"""Reads what an experiment of regie-sim wrote, and draws it: `python read.py DIR` writes DIR/chart.html.

In a notebook: `from read import table, chart`, then `chart(table(Path("DIR")))`.
Needs polars and altair; tests/python/requirements.txt of regie pins them.
"""

import json
import sys
from pathlib import Path

import altair as alt
import polars as pl


def table(directory: Path) -> pl.DataFrame:
    """The main table of an experiment: the first that its manifest names."""
    manifest = json.loads((directory / "manifest.json").read_text())
    return pl.read_parquet(directory / f"{manifest['tables'][0]}.parquet")


def chart(frame: pl.DataFrame) -> alt.FacetChart:
    """Every measure over the first thing that was varied in numbers; a colour for each variant."""
    numbers = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    variant, varied = frame.columns[0], numbers[0]
    long = frame.unpivot(index=[variant, varied], on=numbers[1:], variable_name="measure")
    return (
        alt.Chart(long)
        .mark_point()
        .encode(
            x=alt.X(varied, type="quantitative"),
            y=alt.Y("value", type="quantitative", title=None),
            color=alt.Color(variant, type="nominal"),
        )
        .properties(width=220, height=140)
        .facet(alt.Facet("measure", type="nominal"), columns=3)
        .resolve_scale(y="independent")
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python read.py DIR, the --out of `regie-sim experiment`")
    place = Path(sys.argv[1])
    found = table(place)
    print(found)
    chart(found).save(place / "chart.html")
