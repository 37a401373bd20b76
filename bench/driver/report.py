"""From the figures of all runs to tables: medians, ratios to cat, goals and whether they are met.
"""

import csv
import json
import statistics

# workload -> figures as they are shown: (name, heading, format)
RATE = ("rate", "lines/s", "{:,.0f}")
CPU = ("cpu", "CPU s per M lines", "{:.3f}")
CHECK = [("lost", "lost", "{:.0f}"), ("wrong", "wrong", "{:.0f}")]
DELAYS = [("p50_ms", "p50 ms", "{:.2f}"), ("p99_ms", "p99 ms", "{:.2f}"),
          ("max_ms", "max ms", "{:.1f}")]
SHOWN = {
    "W1": [RATE, ("rate/cat", "of cat", "{:.2f}"), CPU, *CHECK],
    "W2": [RATE, ("rate/cat", "of cat", "{:.2f}"), CPU, *CHECK],
    "W2bus": [RATE, ("rate/cat", "of cat", "{:.2f}"), CPU, *CHECK],
    "W2x10": [RATE, ("writers", "writers, lines/s", "{:,.0f}"), CPU, *CHECK],
    "W3": [("writers", "writes/s", "{:,.0f}"), ("writers/cat", "of cat", "{:.2f}"), CPU, *CHECK],
    "W3x10": [("writers", "writes/s", "{:,.0f}"), ("writers/cat", "of cat", "{:.2f}"), CPU,
              *CHECK],
    "replay": [RATE, ("first_ms", "first from the middle, ms", "{:.1f}"),
               ("logs_ms", "ctl logs -n 100, ms", "{:.1f}"),
               ("ctl_ms", "ctl version, ms", "{:.1f}"), *CHECK],
    "W4": [*DELAYS, ("cpu_percent", "CPU % of a core", "{:.1f}"),
           ("memory_mb", "memory MB", "{:.1f}"), *CHECK],
    "W5": [RATE, *DELAYS, *CHECK],
    "W6": [("wake_ups", "wake-ups/s", "{:.1f}"), ("memory_mb", "memory MB", "{:.1f}"),
           ("child_kib", "KiB a child beyond 16 MiB", "{:.1f}"), ("ps_ms", "ctl ps, ms", "{:.0f}")],
    "W7": [("start_s", "200 running, s", "{:.2f}"), ("replace_p50_ms", "replaced p50 ms", "{:.1f}"),
           ("replace_p99_ms", "p99 ms", "{:.1f}"), ("stop_s", "stopped, s", "{:.2f}"),
           ("left", "left", "{:.0f}")],
}
TITLES = {
    "W1": "W1: one child, 64 KiB writes",
    "W2": "W2: the same, with a subscriber that checks every line",
    "W2bus": "W2: the same by the bus",
    "W2x10": "W2: the same with ten subscribers",
    "W3": "W3: one write per line, one child",
    "W3x10": "W3: one write per line, ten children",
    "replay": "Replay of the journal",
    "W4": "W4: 100 children, 100 lines/s each",
    "W5": "W5: ten children at full speed beside those 100",
    "W6": "W6: 2,000 idle children",
    "W7": "W7: 200 processes started, killed, stopped",
}
# (workload, figure, at least or at most, bound)
GOALS = [
    ("W1", "rate/cat", ">=", 0.6), ("W1", "cpu", "<=", 0.08),
    ("W2", "rate/cat", ">=", 0.3), ("W2", "cpu", "<=", 0.18),
    ("W3", "writers/cat", ">=", 0.95), ("W3", "cpu", "<=", 0.35),
    ("W3x10", "writers/cat", ">=", 0.95), ("W3x10", "cpu", "<=", 0.35),
    ("replay", "rate", ">=", 3e6), ("replay", "first_ms", "<=", 20),
    ("replay", "logs_ms", "<=", 20),
    ("W4", "p50_ms", "<=", 0.5), ("W4", "p99_ms", "<=", 2), ("W4", "cpu_percent", "<=", 10),
    ("W5", "p99_ms", "<=", 20),
    ("W6", "wake_ups", "<=", 1), ("W6", "child_kib", "<=", 8), ("W6", "ps_ms", "<=", 50),
    ("W7", "start_s", "<=", 1.0), ("W7", "stop_s", "<=", 0.15), ("W7", "replace_p50_ms", "<=", 6),
]
SUMS = {"lost", "wrong", "left"}  # of all runs; one is too many


def medians(runs):
    """workload -> tool -> figure -> number, with the ratios to cat of the same run's median."""
    result = {}
    for workload, tools in runs.items():
        for tool, figures in tools.items():
            result.setdefault(workload, {})[tool] = {
                name: (sum if name in SUMS else statistics.median)([run[name] for run in figures])
                for name in figures[0]}
    for workload, tools in result.items():
        floor = tools.get("cat") or result.get("W1", {}).get("cat", {})
        for figures in tools.values():
            for name in ("rate", "writers"):
                if name in figures and floor.get(name):
                    figures[f"{name}/cat"] = figures[name] / floor[name]
    return result


def goals(table):
    """(workload, heading, measured, goal, met), for what was measured of muster."""
    for workload, name, sense, bound in GOALS:
        value = table.get(workload, {}).get("muster", {}).get(name)
        if value is None:
            continue
        heading, form = next((h, f) for n, h, f in SHOWN[workload] if n == name)
        met = value >= bound if sense == ">=" else value <= bound
        yield workload, heading, form.format(value), f"{sense} {form.format(bound)}", met


def markdown(table, facts):
    lines = ["# bench/run", "", *facts, ""]
    judged = list(goals(table))
    if judged:
        lines += ["| work | figure | muster | goal | met |", "|---|---|---:|---:|---|"]
        lines += [f"| {w} | {h} | {v} | {g} | {'yes' if met else '**no**'} |"
                  for w, h, v, g, met in judged]
    for workload, tools in table.items():
        shown = [s for s in SHOWN[workload] if any(s[0] in f for f in tools.values())]
        lines += ["", f"## {TITLES[workload]}", "",
                  "| tool | " + " | ".join(heading for _, heading, _ in shown) + " |",
                  "|---|" + "---:|" * len(shown)]
        for tool, figures in tools.items():
            cells = [form.format(figures[name]) if name in figures else ""
                     for name, _, form in shown]
            lines.append(f"| {tool} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write(directory, name, table, runs, facts):
    with open(f"{directory}/{name}.md", "w", encoding="utf-8") as file:
        file.write(markdown(table, facts))
    with open(f"{directory}/{name}.json", "w", encoding="utf-8") as file:
        json.dump({"facts": facts, "medians": table, "runs": runs}, file, indent=1)
        file.write("\n")
    with open(f"{directory}/{name}.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["workload", "tool", "figure", "median"])
        for workload, tools in table.items():
            for tool, figures in tools.items():
                out.writerows([workload, tool, n, f"{v:.6g}"] for n, v in figures.items())
