"""The house rules that a program can check, as data; check.py applies them, docs tell why.

Keeps: one row per rule. A file that cannot obey is listed in ALLOWED with its reason.
"""

MAX_LINES = 300
MAX_COLUMNS = 100

# (rule, path prefix) -> reason. Aim at an empty table.
ALLOWED = {}

# Every wing of the edge may include these.
GROUND = ["base/", "proto/", "daemon/config/", "daemon/core/", "daemon/edge/linux/"]
# Which rooms' headers each room may include; the longest matching prefix counts. A room may always
# include itself. Tests, benches and examples may include anything.
ROOMS = {
    "base/": [],
    "proto/": ["base/"],
    "router/": ["base/", "proto/"],
    "daemon/config/": ["base/", "proto/"],
    "daemon/core/": ["base/", "proto/", "daemon/config/"],
    "serve/": ["base/", "proto/", "router/"],
    "daemon/edge/linux/": ["base/", "proto/", "daemon/config/"],
    "daemon/edge/launch/": GROUND + ["daemon/exec/"],
    "daemon/edge/store/": GROUND + ["router/journal/", "daemon/edge/launch/"],
    "daemon/edge/output/": GROUND + ["router/", "serve/", "daemon/edge/launch/"],
    "daemon/edge/watch/": GROUND + ["daemon/edge/launch/", "daemon/edge/store/"],
    "daemon/edge/takeover/": GROUND + ["router/journal/", "daemon/edge/launch/",
                                       "daemon/edge/store/", "daemon/exec/",
                                       "daemon/keeper/protocol", "daemon/keeper/channel"],
    "daemon/edge/helpers/": GROUND + ["daemon/edge/launch/"],
    "daemon/edge/report/": ["base/", "proto/", "router/", "daemon/edge/linux/"],
    "daemon/exec/": [],
    "daemon/keeper/": ["base/"],
    "daemon/": ["base/", "proto/", "router/", "serve/", "daemon/"],
    "front/": ["base/", "proto/"],
    "drain/": ["base/", "proto/"],
    "ctl/": ["base/", "proto/", "router/", "daemon/config/", "daemon/edge/launch/ability"],
}
FREE = ["tests/", "bench/", "examples/"]

# (what, pattern of the included name, prefixes that may)
HEADERS = [
    ("msgpack is the codec's alone", r"msgpack.*", ["proto/codec", "daemon/edge/store/note_codec",
                                                     "tests/", "bench/"]),
    # clang-tidy reads several sources as one, and cannot say it.
    ("no file includes a source", r".*\.(c|cc|cpp|cxx)", []),
    ("CLI11 has one door, base/options.h", r"CLI/.*", ["base/options.cc"]),
    ("app.h is main's alone", r"daemon/app\.h", ["daemon/main.cc", "daemon/app", "tests/"]),
]

# (what, pattern of a line of code, prefixes where it is forbidden)
PURE = ["daemon/core/", "daemon/config/model", "drain/core/"]
PURE_HEADERS = "uv|zmq|msgpack|spdlog|fcntl|unistd|fstream|thread|mutex|time|sys/"
TESTS = ["tests/unit/", "tests/sim/", "tests/system/", "tests/faults/", "tests/support/"]
CODE = [
    ("the core is pure: no such header",
     rf'#\s*include\s*[<"]({PURE_HEADERS}|base/uv|base/zmq|base/unique_fd)', PURE),
    ("the core is handed `now`",
     r"\b(read_clocks|getenv|clock_gettime)\s*\(|::time\s*\(|_clock::now", PURE),
    ("no deferred work in the source", r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", [""]),
    ("tests wait for events and never sleep",
     r"\b(time\.sleep|sleep_for|sleep_until|usleep|nanosleep|::sleep)\b", TESTS),
    ("the keeper depends on the C library alone: no such header",
     r'#\s*include\s*[<"](uv|zmq|msgpack|spdlog|fmt|nlohmann|CLI|tl/|xxhash|zstd|base/[^u])',
     ["daemon/keeper/"]),
    ("no object deletes itself", r"\bdelete\s+this\b", [""]),
]
# A sentence of a comment has its subject first, and says which thing does what.
ELLIPTIC = r"(What|Whatever|Who|Whoever|Whom|Whose|One|Of|That of|Nothing|Nobody)\b(?!-)"
# (what, beginnings of paths, most lines that are neither empty nor a comment)
PROMISED = [
    ("the keeper, once it runs",
     ("daemon/keeper/deposits.", "daemon/keeper/keeper.", "daemon/keeper/ward."), 600),
    ("the keeper, with its start and the channel of both sides", ("daemon/keeper/",), 900),
]
# The one place that may wait: a poll with a deadline.
MAY_SLEEP = ["tests/support/python/waiting.py"]
