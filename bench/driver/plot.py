"""The medians as an SVG: a panel per figure, a bar per tool, on a logarithmic scale."""

import math
from xml.sax.saxutils import escape

PANELS = [("W1", "rate", "W1: lines/s, 64 KiB writes"),
          ("W1", "cpu", "W1: CPU s per million lines"),
          ("W3", "cpu", "W3: CPU s per million lines, one write per line"),
          ("W4", "p99_ms", "W4: p99 ms, 100 children at 100 lines/s"),
          ("W4", "cpu_percent", "W4: CPU, % of a core"),
          ("W7", "start_s", "W7: s until 200 processes run"),
          ("W7", "replace_p50_ms", "W7: ms from kill -9 to the replacement")]
BAR, GAP, LEFT, WIDTH, HEAD = 16, 5, 170, 760, 34


def panel(title, bars, top):
    low = min(value for _, value in bars) / 2
    span = math.log10(max(value for _, value in bars) / low)
    lines = [f'<text x="8" y="{top + 20}" font-weight="bold">{escape(title)}</text>']
    for row, (tool, value) in enumerate(bars):
        y = top + HEAD + row * (BAR + GAP)
        width = (WIDTH - LEFT - 90) * math.log10(value / low) / span
        colour = "#c0392b" if tool == "muster" else "#7f8c8d"
        lines += [f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(tool)}</text>',
                  f'<rect x="{LEFT}" y="{y}" width="{width:.0f}" height="{BAR}" fill="{colour}"/>',
                  f'<text x="{LEFT + width + 6:.0f}" y="{y + 12}">{value:,.4g}</text>']
    return lines, top + HEAD + len(bars) * (BAR + GAP) + 12


def write(directory, name, table):
    lines, height = [], 0
    for workload, figure, title in PANELS:
        bars = [(tool, figures[figure]) for tool, figures in table.get(workload, {}).items()
                if figures.get(figure, 0) > 0]
        if bars:
            drawn, height = panel(title, sorted(bars, key=lambda bar: bar[1]), height)
            lines += drawn
    if not lines:
        return
    with open(f"{directory}/{name}.svg", "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
                   'font-family="sans-serif" font-size="12">\n'
                   '<rect width="100%" height="100%" fill="white"/>\n')
        file.write("\n".join(lines) + "\n</svg>\n")
